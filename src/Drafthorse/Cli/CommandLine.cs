using System.CommandLine;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Threads;
using Drafthorse.Settings;

namespace Drafthorse.Cli;

/// <summary>The command line: commands, and what their failures mean to a script.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("A coding agent that works unattended and answers with a draft pull request.")
        {
            RunCommand.Create(),
            ServeCommand.Create(),
            DemoCommand.Create(),
            DoctorCommand.Create(),
            ThreadsCommand.Create(),
        };
        root.SetAction((_, cancellationToken) => ReplCommand.RunAsync(cancellationToken));
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
                Console.Error.WriteLine(error.Message);
            Console.Error.WriteLine("See: drafthorse --help");
            return ExitCodes.Usage;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (Exception exception) when (exception is SettingsException or ModelException or SandboxException or ThreadStoreException)
        {
            Console.Error.WriteLine(exception.Message);
            return exception switch
            {
                ModelException { Kind: not ModelErrorKind.Configuration } => ExitCodes.ModelFailed,
                SandboxException => ExitCodes.SandboxFailed,
                _ => ExitCodes.Usage,
            };
        }
    }
}
