using Drafthorse.Cli;

return await CommandLine.RunAsync(args);
