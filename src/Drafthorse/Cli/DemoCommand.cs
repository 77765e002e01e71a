using System.CommandLine;
using Drafthorse.Demo;

namespace Drafthorse.Cli;

/// <summary><c>drafthorse demo</c>.</summary>
internal static class DemoCommand
{
    private static readonly Option<bool> Keep = new("--keep") { Description = "Leaves everything running afterwards, to look at." };

    public static Command Create()
    {
        var command = new Command("demo", "The whole loop on this machine, offline: from a signed webhook to a draft pull request.") { Keep };
        command.SetAction((parsed, cancellationToken) => DemoRun.RunAsync(parsed.GetValue(Keep), cancellationToken));
        return command;
    }
}
