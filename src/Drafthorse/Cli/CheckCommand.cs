using System.CommandLine;
using Drafthorse.Harness.Drafts.Settings;
using Drafthorse.Harness.Text;
using Drafthorse.Sandbox.Files;
using Drafthorse.Settings;
using Drafthorse.Terminal;

namespace Drafthorse.Cli;

/// <summary><c>drafthorse check [FILE]</c>: judges a <c>.drafthorse.yml</c> as the server will, for a job of the repository's own.</summary>
internal static class CheckCommand
{
    private static readonly Argument<string> File = new("file") { Description = $"The file (default: {RepositorySettings.FileName}).", DefaultValueFactory = _ => RepositorySettings.FileName };

    public static Command Create()
    {
        var command = new Command("check", "Says whether a .drafthorse.yml can be used: every mistake with its line. Exit code 1 when there is one.") { File };
        command.SetAction(parsed => Run(parsed.GetRequiredValue(File)));
        return command;
    }

    private static int Run(string path)
    {
        string text;
        try
        {
            text = RegularFile.ReadText(path, RepositorySettings.MaxBytes);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"{path} cannot be read: {exception.Message}", exception);
        }

        try
        {
            var settings = RepositorySettings.Parse(text);
            Console.WriteLine(ForeignText.Line($"{path} can be used: {settings.Setup.Count} setup and {settings.Verify.Count} verify commands."));
            if (settings.Verify.Count == 0)
                Console.WriteLine("It names no verify commands, so nothing is checked before a draft is opened.");
            return ExitCodes.Done;
        }
        catch (RepositorySettingsException exception)
        {
            foreach (var mistake in exception.Mistakes)
                Console.WriteLine(ForeignText.Line($"{path}:{mistake.Line}: {mistake.Message}"));
            return ExitCodes.TaskFailed;
        }
    }
}
