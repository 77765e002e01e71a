using System.CommandLine;
using System.CommandLine.Parsing;
using Drafthorse.Cli.Approvals;
using Drafthorse.Cli.Stores;
using Drafthorse.Cli.Threads;
using Drafthorse.Cli.Workspaces;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Threads;
using Drafthorse.Repl;
using Drafthorse.Settings;
using Drafthorse.Terminal;

namespace Drafthorse.Cli;

/// <summary>The command line: commands, and what their failures mean to a script.</summary>
internal static class CommandLine
{
    private const string Help = "--help";

    /// <summary>Commands that are promised, and with what they come.</summary>
    private static readonly Dictionary<string, string> Later = new()
    {
        ["review"] = "the reviewer", ["mcp"] = "MCP", ["acp"] = "ACP",
    };

    public static async Task<int> RunAsync(string[] args)
    {
        if (args is ["help", ..])
            args = [.. args.Skip(1), Help];
        using var interrupts = new Interrupts();
        StandardOutput.Use();
        VisibleWriter.Use();
        var root = new RootCommand("A coding agent that works unattended and answers with a draft pull request. Without a command: talk with it here.")
        {
            RunCommand.Create(),
            ServeCommand.Create(),
            DemoCommand.Create(),
            DoctorCommand.Create(),
            ThreadsCommand.Create(),
            ApprovalsCommand.Create(),
            EvalCommand.Create(),
            StoreCommand.Create(),
            CheckCommand.Create(),
            GitHubAppCommand.Create(),
            WorkspaceCommand.Create(),
            SkillsCommand.Create(),
            MemoryCommand.Create(),
        };
        ReplCommand.AddTo(root, interrupts);

        // A word is what it is: neither a file with more words (@...) nor an order to the parser ([...]). Tasks are other people's words.
        root.Directives.Clear();
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var json = RunCommand.BeginJson(parsed);
        var errors = Errors(parsed, args).ToList();
        if (errors.Count > 0)
        {
            foreach (var error in errors)
                await Console.Error.WriteLineAsync(error);
            await Console.Error.WriteLineAsync($"See: drafthorse {string.Concat(Commands(parsed).Reverse())}{Help}");
            json?.Failed(string.Join(' ', errors));
            return ExitCodes.Usage;
        }

        if (!args.Contains(Help) && !IsSomewhere())
        {
            const string Gone = "The folder you are in is not there any more: it was removed or renamed. Go to one that exists (cd) and try again.";
            await Console.Error.WriteLineAsync(Gone);
            json?.Failed(Gone);
            return ExitCodes.Usage;
        }

        try
        {
            // Signals are ours: a run that is cancelled says so and ends well, however long that takes.
            var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
            return await parsed.InvokeAsync(configuration, interrupts.Leave);
        }
        catch (OperationCanceledException) when (interrupts.Leave.IsCancellationRequested)
        {
            json?.Cancelled();
            return ExitCodes.Cancelled;
        }
        catch (OutputClosedException)
        {
            return ExitCodes.Cancelled;
        }
        catch (Exception exception)
        {
            json?.Failed(exception.Message);
            await Console.Error.WriteLineAsync(exception is SettingsException or ModelException or SandboxException or ThreadStoreException or IOException or UnauthorizedAccessException
                ? exception.Message
                : $"Unexpected, and a defect of drafthorse: {exception}");
            return exception switch
            {
                ModelException { Kind: not ModelErrorKind.Configuration } => ExitCodes.ModelFailed,
                SandboxException => ExitCodes.SandboxFailed,
                SettingsException or ModelException or ThreadStoreException => ExitCodes.Usage,
                _ => ExitCodes.TaskFailed,
            };
        }
    }

    private static bool TakesWords(Command command) => command is RootCommand || command.Name == RunCommand.Name;

    private static bool IsSomewhere()
    {
        try
        {
            return Directory.Exists(Environment.CurrentDirectory);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static IEnumerable<string> Errors(ParseResult parsed, string[] args) =>
        Misspelt(parsed, args) is { } option ? [$"There is no option {option}. A word that begins with a hyphen goes after --, as in: drafthorse {string.Concat(Commands(parsed).Reverse())}-- {option}"]
        : args is [var name, ..] && Later.TryGetValue(name, out var comes) ? [$"drafthorse {name} is not there yet: it comes with {comes}."]
        : TakesWords(parsed.CommandResult.Command) && parsed.UnmatchedTokens.Any(token => !token.StartsWith('-')) ? ["The task is several words: put it in quotes, so that it is one."]
        : ReplCommand.Mistyped(parsed, args) is { } mistyped ? [mistyped]
        : parsed.Errors.Count == 0 ? []
        : parsed.Errors.Select(error => error.Message);

    /// <summary>What begins as an option and was taken for something else. It would be run, and paid for, as a task.</summary>
    private static string? Misspelt(ParseResult parsed, string[] args)
    {
        var options = args.TakeWhile(word => word != "--").ToHashSet();
        return parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens).Select(token => token.Value).Concat(parsed.UnmatchedTokens)
            .FirstOrDefault(word => word is ['-', _, ..] && options.Contains(word));
    }

    private static IEnumerable<string> Commands(ParseResult parsed)
    {
        for (var command = parsed.CommandResult; command.Parent is CommandResult parent; command = parent)
            yield return $"{command.Command.Name} ";
    }
}
