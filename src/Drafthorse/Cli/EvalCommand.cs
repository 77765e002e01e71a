using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Drafthorse.Evaluation;
using Drafthorse.Evaluation.Runs;
using Drafthorse.Harness.Models;
using Drafthorse.Settings;
using Drafthorse.Terminal;

namespace Drafthorse.Cli;

/// <summary><c>drafthorse eval DIR</c>: measures the agent on tasks with hidden checks.</summary>
internal static class EvalCommand
{
    private const int MaxRepeat = 100;
    private const int MaxParallel = 64;
    private static readonly string[] Kinds = ["local", "bubblewrap", "docker"];

    private static readonly Argument<string?> Tasks = new("dir") { Description = "A folder of tasks (docs/eval.md), or one task's folder.", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<string?> Model = new("--model") { HelpName = "spec", Description = "The model, as provider:model (default: a task's recorded one, else that of the settings)." };
    private static readonly Option<string[]> Without = new("--without") { HelpName = "feature", Description = $"Leaves a feature out, to see what it is worth: {string.Join(", ", Features.Names)}. May be given several times." };
    private static readonly Option<string[]> Compare = new("--compare") { HelpName = "A B", Description = "Two settings, paired task by task: each a model, recorded or default, with ,without=FEATURE behind it.", Arity = new ArgumentArity(2, 2), AllowMultipleArgumentsPerToken = true };
    private static readonly Option<int> Repeat = new("--repeat") { HelpName = "n", Description = "Repetitions of each task (default 3).", DefaultValueFactory = _ => 3 };
    private static readonly Option<int> Parallel = new("--parallel") { HelpName = "n", Description = "Repetitions at the same time (default 2).", DefaultValueFactory = _ => 2 };
    private static readonly Option<string?> Sandbox = new("--sandbox") { HelpName = "kind", Description = "Where agents and checks work: bubblewrap, docker or local (default: the best isolated one)." };
    private static readonly Option<string?> Output = new("--output") { HelpName = "folder", Description = "Where the results go (default: eval-results/NAME). What is finished there is not run again." };
    private static readonly Option<string?> Repositories = new("--repositories") { HelpName = "folder", Description = "Clones of the repositories that tasks name: OWNER/NAME.git." };
    private static readonly Option<double?> MinPass = new("--min-pass") { HelpName = "rate", Description = "Ends with 1 when a smaller share is solved, such as 0.8 or 80%." };
    private static readonly Option<bool> Json = new("--json") { Description = "One JSON object per line on standard output, and nothing else." };

    public static Command Create()
    {
        MinPass.CustomParser = ReadRate;
        Repeat.Validators.Add(result => Require(result, IsNumber(result, MaxRepeat), $"--repeat must be a whole number from 1 to {MaxRepeat}."));
        Parallel.Validators.Add(result => Require(result, IsNumber(result, MaxParallel), $"--parallel must be a whole number from 1 to {MaxParallel}."));
        Sandbox.Validators.Add(result => Require(result, result.Tokens is [.., var token] && Kinds.Contains(token.Value), "--sandbox must be bubblewrap, docker or local."));
        var command = new Command(
            "eval",
            """
            Measures the agent: each task several times, on a throw-away clone, with a check that it never sees. What is finished is not run again. Ends with 0 all ran (whatever
            was solved), 1 less was solved than --min-pass asks, 2 usage, settings or a task that cannot be used, 5 nothing but infrastructure failures, 130 cancelled.
            """) { Tasks, Model, Without, Compare, Repeat, Parallel, Sandbox, Output, Repositories, MinPass, Json, ImportCommand.Create() };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var output = new EvalOutput(TerminalConsole.Create(), parsed.GetValue(Json) ? StandardOutput.Open() : null);
        try
        {
            return await new EvalRun(ReadOptions(parsed), DrafthorseSettings.Read(SettingsReader.Default()), output).RunAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            output.Failed("eval.cancelled", "cancelled; the same command goes on");
            output.Say($"Cancelled. What is finished is kept: the same command goes on.");
            throw;
        }
        catch (Exception exception)
        {
            output.Failed("eval.failed", exception.Message);
            throw;
        }
    }

    private static EvalOptions ReadOptions(ParseResult parsed) => new()
    {
        Tasks = parsed.GetValue(Tasks) ?? throw new SettingsException("Name a folder of tasks: drafthorse eval DIR. There are some to try in samples/eval."),
        Variants = ReadVariants(parsed),
        Repeat = parsed.GetValue(Repeat),
        Parallel = parsed.GetValue(Parallel),
        Sandbox = parsed.GetValue(Sandbox),
        Output = parsed.GetValue(Output),
        Repositories = parsed.GetValue(Repositories),
        MinPass = parsed.GetValue(MinPass),
    };

    private static Variant[] ReadVariants(ParseResult parsed)
    {
        var without = parsed.GetValue(Without) ?? [];
        if (parsed.GetValue(Compare) is not { Length: > 0 } compared)
            return [Variant.Create(parsed.GetValue(Model) is { } model ? ModelSpec.Parse(model) : null, without)];
        if (parsed.GetValue(Model) is not null || without.Length > 0)
            throw new SettingsException("--model and --without say what one setting is; with --compare they stand in its two words: --compare default default,without=todos.");
        Variant[] variants = [.. compared.Select(Variant.Parse)];
        return variants[0].Label == variants[1].Label ? throw new SettingsException($"--compare names {variants[0].Label} twice.") : variants;
    }

    private static double? ReadRate(ArgumentResult result)
    {
        var text = result.Tokens[^1].Value;
        var isPercent = text.EndsWith('%');
        if (double.TryParse(text.TrimEnd('%'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number / (isPercent ? 100 : 1) is >= 0 and <= 1 and var rate)
            return rate;
        result.AddError("--min-pass must be a share from 0 to 1, such as 0.8 or 80%.");
        return null;
    }

    private static bool IsNumber(OptionResult result, int most) =>
        result.Implicit || (result.Tokens is [.., var token] && int.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most);

    private static void Require(SymbolResult result, bool fine, string message)
    {
        if (!fine)
            result.AddError(message);
    }
}
