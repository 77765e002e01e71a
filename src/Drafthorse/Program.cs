using Drafthorse.Cli;
using Drafthorse.Sandbox.Files;

CreationMask.Close();
return await CommandLine.RunAsync(args);
