using System.CommandLine;
using Drafthorse.Evaluation.Importing;
using Drafthorse.Terminal;

namespace Drafthorse.Cli;

/// <summary><c>drafthorse eval import FILE DIR</c>: makes tasks of a file in the form of SWE-bench.</summary>
internal static class ImportCommand
{
    private static readonly Argument<string> File = new("file") { Description = "JSON Lines with instance_id, repo, base_commit, problem_statement, test_patch, FAIL_TO_PASS, PASS_TO_PASS." };
    private static readonly Argument<string> Folder = new("dir") { Description = "Where the tasks' folders go." };
    private static readonly Option<string> TestCommand = new("--test-command") { HelpName = "command", Description = $"Runs the tests, whose names come behind it (default: {SweBenchImport.PytestCommand}).", DefaultValueFactory = _ => SweBenchImport.PytestCommand };

    public static Command Create()
    {
        var command = new Command("import", "Makes tasks of a file in the form of SWE-bench. A line that cannot be used is named, and the rest goes on; then it ends with 2.") { File, Folder, TestCommand };
        command.SetAction(parsed =>
        {
            var console = TerminalConsole.Create();
            var refused = 0;
            var made = new SweBenchImport(parsed.GetRequiredValue(TestCommand)).Run(parsed.GetRequiredValue(File), parsed.GetRequiredValue(Folder), (line, why) =>
            {
                refused++;
                console.Say($"[red]line {line}[/]: {why}");
            });
            console.Say($"{made} tasks were made in {parsed.GetRequiredValue(Folder)}, {refused} lines were refused.");
            if (made > 0)
                console.Say($"Next: clone their repositories (git clone --mirror URL CLONES/OWNER/NAME.git), then drafthorse eval {parsed.GetRequiredValue(Folder)} --repositories CLONES");
            return refused == 0 ? ExitCodes.Done : ExitCodes.Usage;
        });
        return command;
    }
}
