using System.CommandLine;
using Drafthorse.Composition;
using Drafthorse.Harness.Agent;
using Drafthorse.Harness.Budgets;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Threads;
using Drafthorse.Settings;

namespace Drafthorse.Cli;

/// <summary><c>drafthorse run "task"</c>: one task, headless. Never asks, never reads standard input.</summary>
internal static class RunCommand
{
    private static readonly Argument<string> Task = new("task") { Description = "What is to be done." };
    private static readonly Option<string?> Repository = new("--repo") { Description = "A folder or a git URL to work on (default: the folder you are in)." };
    private static readonly Option<string?> Model = new("--model") { Description = "The model, as provider:model." };
    private static readonly Option<string[]> Fallback = new("--fallback") { Description = "A model to fall back to; may be given several times.", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<string?> Sandbox = new Option<string?>("--sandbox") { Description = "Where tools act (default: local)." }.AcceptOnlyFromAmong("local", "bubblewrap", "docker");
    private static readonly Option<string?> Thread = new("--thread") { Description = "Go on in this thread (an id, or a key of your own)." };
    private static readonly Option<decimal?> MaxCost = new("--max-cost") { Description = "Most that the thread may cost, in USD." };
    private static readonly Option<int?> MaxSteps = new("--max-steps") { Description = "Most model calls." };
    private static readonly Option<bool> Json = new("--json") { Description = "One JSON object per line on standard output, and nothing else." };

    public static Command Create()
    {
        var command = new Command("run", "Runs one task without asking anything, and exits.") { Task, Repository, Model, Fallback, Sandbox, Thread, MaxCost, MaxSteps, Json };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var settings = DrafthorseSettings.Read(SettingsReader.Default());
        var target = WorkTarget.Find(parsed.GetValue(Repository), settings);
        await using var platform = await Platform.BuildAsync(
            settings,
            new PlatformOptions
            {
                Model = parsed.GetValue(Model) is { } model ? ModelSpec.Parse(model) : null,
                Fallbacks = parsed.GetValue(Fallback) is { Length: > 0 } fallbacks ? [.. fallbacks.Select(ModelSpec.Parse)] : null,
                Sandbox = parsed.GetValue(Sandbox),
                DefaultSandbox = "local",
                MayBeLocal = true,
                LocalDirectory = target.Directory,
                Budget = parsed.GetValue(MaxCost) is { } cost ? new ThreadBudget { CostUsd = cost, UserPerDayUsd = settings.Budget.UserPerDayUsd } : null,
                Limit = parsed.GetValue(MaxSteps) is { } steps ? new ModelCallLimit { MaxCalls = steps } : new ModelCallLimit(),
            },
            cancellationToken);
        var output = parsed.GetValue(Json) ? (IRunOutput)new JsonOutput() : new TextOutput(platform);
        var message = new AgentMessage
        {
            Text = parsed.GetRequiredValue(Task),
            ThreadKey = parsed.GetValue(Thread) is { } thread ? await ThreadNames.KeyOfAsync(platform.Store, thread, cancellationToken) : target.NewThreadKey(),
            User = WorkTarget.User,
            Repository = target.Repository,
        };
        return await RunSession.RunAsync(platform, message, output, cancellationToken);
    }
}
