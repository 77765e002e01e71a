using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Drafthorse.Composition;
using Drafthorse.Folders;
using Drafthorse.Harness;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Threads;
using Drafthorse.Settings;
using Drafthorse.Terminal;
using Drafthorse.Terminal.Output;

namespace Drafthorse.Cli;

/// <summary><c>drafthorse run "task"</c>: one task, headless. Never asks; reads standard input only for the task.</summary>
internal static class RunCommand
{
    public const string Name = "run";

    private const string DefaultKind = "local";
    private static readonly Argument<string?> Task = new("task") { Arity = ArgumentArity.ZeroOrOne, Description = "What is to be done; - or nothing: it is read from standard input." };
    private static readonly Option<string?> Repository = new("--repo") { HelpName = "folder|url", Description = "A folder or a git URL to work on (default: the folder you are in)." };
    private static readonly Option<string?> Model = new("--model") { HelpName = "spec", Description = "The model, as provider:model." };
    private static readonly Option<string[]> Fallback = new("--fallback") { HelpName = "spec", Description = "A model to fall back to; may be given several times." };
    private static readonly Option<string?> Sandbox = new("--sandbox") { Description = "Where tools act: local (default), bubblewrap or docker.", HelpName = "kind" };
    private static readonly Option<string?> Thread = new("--thread") { HelpName = "id|key", Description = "Go on in this thread: an id, its first digits, or a key of your own." };
    private static readonly Option<decimal?> MaxCost = new("--max-cost") { HelpName = "usd", Description = "Most that the thread may cost, in USD." };
    private static readonly Option<int?> MaxSteps = new("--max-steps") { HelpName = "n", Description = "Most model calls; one more asks for a hand-over." };
    private static readonly Option<bool> Plan = new("--plan") { Description = "Plan first: nothing is changed before you have approved a plan (drafthorse approvals)." };
    private static readonly Option<string?> Output = new("-o", "--output") { HelpName = "file", Description = "Also writes the last message to this file." };
    private static readonly Option<bool> Json = new("--json") { Description = "One JSON object per line on standard output, and nothing else." };

    private static JsonOutput? _json;

    /// <summary>What a program that reads <c>run --json</c> is told, also when no run begins; null for any other command.</summary>
    public static JsonOutput? BeginJson(ParseResult parsed) =>
        _json = parsed.CommandResult.Command.Name == Name && parsed.GetResult(Json) is { Implicit: false } ? new JsonOutput() : null;

    public static Command Create()
    {
        MaxCost.CustomParser = ReadCost;
        Thread.Validators.Add(result => Require(result, !string.IsNullOrWhiteSpace(Word(result)), "--thread is empty: leave it out for a thread of its own, or name one."));
        MaxSteps.Validators.Add(result => Require(result, int.TryParse(Word(result), NumberStyles.None, CultureInfo.InvariantCulture, out var steps) && steps > 0, "--max-steps must be a whole number of at least 1."));
        Sandbox.Validators.Add(SandboxOption.Check);
        Task.Validators.Add(result => Require(result, result.Tokens is not [{ Value: var task }] || !string.IsNullOrWhiteSpace(task), "The task is empty: say what is to be done."));
        Output.Validators.Add(result => Require(result, Path.GetDirectoryName(Path.GetFullPath(Word(result) is { Length: > 0 } file ? file : "/")) is { } folder && Directory.Exists(folder), "--output names a file in a folder that is not there."));
        var command = new Command(
            Name,
            """
            Runs one task without asking anything, and exits. Ends with 0 done, 1 the task failed, 2 usage or settings, 3 a budget or limit, 4 the model provider failed,
            5 the sandbox failed, 6 a person has to answer first, 130 cancelled.
            """) { Task, Repository, Model, Fallback, Sandbox, Thread, MaxCost, MaxSteps, Plan, Output, Json };
        command.SetAction(RunAsync);
        return command;
    }

    /// <summary>Digits and a point only: a comma means thousands to some and cents to others.</summary>
    private static decimal? ReadCost(ArgumentResult result)
    {
        if (decimal.TryParse(result.Tokens[^1].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var usd) && usd > 0)
            return usd;
        result.AddError("--max-cost must be an amount of more than 0 USD, such as 2.50.");
        return null;
    }

    private static void Require(SymbolResult result, bool fine, string message)
    {
        if (!fine)
            result.AddError(message);
    }

    private static string Word(OptionResult result) => result.Tokens is [.., var token] ? token.Value : "";

    private static ThreadBudget WithCost(ThreadBudget budget, decimal usd) => new()
    {
        CostUsd = usd,
        UserPerDayUsd = budget.UserPerDayUsd,
        RepositoryPerDayUsd = budget.RepositoryPerDayUsd,
        OrganizationPerDayUsd = budget.OrganizationPerDayUsd,
        UnpricedTokens = budget.UnpricedTokens,
        UserPerDayUnpricedTokens = budget.UserPerDayUnpricedTokens,
    };

    /// <summary>A folder's verify commands, which are anybody's and so run in isolation only.</summary>
    private static async Task<IReadOnlyList<string>> VerifyOfAsync(DrafthorseSettings settings, WorkTarget target, string? sandbox, CancellationToken cancellationToken)
    {
        if (target.Repository is not null || (sandbox ?? settings.SandboxType ?? DefaultKind) == DefaultKind)
            return [];
        try
        {
            HomeFolder.Prepare(settings);
            return await FolderVerify.ReadAsync(target.Directory, settings.FoldersPath, cancellationToken);
        }
        catch (SettingsException exception)
        {
            await Console.Error.WriteLineAsync($"{exception.Message}\nCode checks the work with no verify commands until that is mended and committed.");
            return [];
        }
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var settings = DrafthorseSettings.Read(SettingsReader.Default());
        var target = WorkTarget.Find(parsed.GetValue(Repository), settings);
        var task = await TaskText.ReadAsync(parsed.GetValue(Task), cancellationToken);
        await using var platform = await Platform.BuildAsync(
            settings,
            new PlatformOptions
            {
                Model = parsed.GetValue(Model) is { } model ? ModelSpec.Parse(model) : null,
                Fallbacks = parsed.GetValue(Fallback) is { Length: > 0 } fallbacks ? [.. fallbacks.SelectMany(ModelSpec.ParseList)] : null,
                Sandbox = parsed.GetValue(Sandbox),
                DefaultSandbox = DefaultKind,
                MayBeLocal = true,
                LocalDirectory = target.Directory,
                Folder = target.Repository is null ? target.Directory : null,
                Budget = parsed.GetValue(MaxCost) is { } cost ? WithCost(settings.Budget, cost) : null,
                HasDoneGateInFolders = true,
                CanAsk = false,
                FolderVerify = await VerifyOfAsync(settings, target, parsed.GetValue(Sandbox), cancellationToken),
                Limit = parsed.GetValue(MaxSteps) is { } steps ? new ModelCallLimit { MaxCalls = steps } : new ModelCallLimit(),
            },
            cancellationToken);
        if (parsed.GetValue(MaxCost) is not null && platform.Unpriced is { } unpriced)
            await Console.Error.WriteLineAsync($"--max-cost does not hold for {unpriced}: its price is unknown. Write it to {Path.Combine(settings.Home, "models.json")}; until then its tokens are limited, and --max-steps its calls.");

        var output = parsed.GetValue(Json) && _json is { } json ? (IRunOutput)json : new TextOutput(TerminalConsole.CreateForProgress());
        if (output is TextOutput text)
            text.Introduce(platform, target.Repository is null);
        var message = new AgentMessage
        {
            Text = task,
            ThreadKey = parsed.GetValue(Thread) is { } thread ? await ThreadNames.KeyOfAsync(platform.Store, thread, cancellationToken) : target.NewThreadKey(),
            User = WorkTarget.User,
            Plan = parsed.GetValue(Plan),
            Repository = target.Repository,
        };
        var id = ThreadId.FromKey(message.ThreadKey);
        var session = new RunSession(platform, output);
        var code = await session.RunAsync(id, token => platform.Agent.StreamAsync(message, token), cancellationToken);
        await GiveLastMessageAsync(session.LastMessage, parsed.GetValue(Output), isAlone: output is TextOutput && Console.IsOutputRedirected);

        // Nobody goes on with a task of its own; a thread that was named is likely gone on with.
        if (parsed.GetValue(Thread) is null)
            await platform.LetSandboxGoAsync(id);
        return code;
    }
    /// <summary>The last message by itself: for a program on standard output, where people see what happens on the other stream, and in a file.</summary>
    private static async Task GiveLastMessageAsync(string message, string? file, bool isAlone)
    {
        if (isAlone && message.Length > 0)
            await Console.Out.WriteLineAsync(message);
        if (file is not null)
            await File.WriteAllTextAsync(file, message.Length > 0 ? $"{message}\n" : "");
    }
}
