using System.Collections.Concurrent;
using Drafthorse.Harness.Approvals;
using Drafthorse.Harness.Threads;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Planning;

/// <summary>
/// Plan mode, enforced where every tool call passes: while a thread plans, nothing runs but what only reads, by its own declaration, and
/// the plan tools. A tool that declares nothing counts as one that changes things.
/// </summary>
internal sealed class PlanGate(PlanModeOptions options) : IAgentMiddleware
{
    public Task<ToolOutput> OnToolCallAsync(ToolCall call, Func<ToolCall, CancellationToken, Task<ToolOutput>> next, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(next);
        if (options.Enabled && PlanTools.IsOne(call.Tool))
            return RunAsync(call, cancellationToken);
        if (!IsPlanning(call.Run) || call.Effect == ToolEffect.Read)
            return next(call, cancellationToken);
        RefusedCalls.Of(call.Run).Count(call.Tool);
        return Task.FromResult(ToolOutput.Error($"{call.Tool} was not run: plan mode is on, and this may change something. Only tools that read work now. Put it into the plan; after a person approved the plan it can be done.", ToolErrorClass.Permission));
    }

    public static bool IsPlanning(RunContext run) => run.Facts.Plan is { Stage: PlanStage.Planning };

    private static async Task<ToolOutput> RunAsync(ToolCall call, CancellationToken cancellationToken)
    {
        var arguments = new ArgumentReader(call.Tool, new AIFunctionArguments(call.Arguments.ToDictionary(StringComparer.Ordinal)));
        try
        {
            if (call.Tool == PlanTools.Enter)
                return await EnterAsync(call.Run, arguments, cancellationToken).ConfigureAwait(false);
            if (!IsPlanning(call.Run))
                return ToolOutput.Error($"{call.Tool}: plan mode is off. Enter it with {PlanTools.Enter} first.");
            return call.Tool switch
            {
                PlanTools.Write => await WriteAsync(call, arguments, cancellationToken).ConfigureAwait(false),
                PlanTools.Ask => Ask(arguments),
                _ => Exit(call.Run),
            };
        }
        catch (ArgumentReaderException exception)
        {
            return ToolOutput.Error(exception.Message, ToolErrorClass.InvalidArguments);
        }
    }

    private static async Task<ToolOutput> EnterAsync(RunContext run, ArgumentReader arguments, CancellationToken cancellationToken)
    {
        if (IsPlanning(run))
            return ToolOutput.Text($"Plan mode was on already. {PlanWords.Rules}");
        var reason = (arguments.OptionalText("reason") ?? "").Trim();
        await BeginAsync(run, $"the model said: {(reason.Length > 300 ? reason[..300] : reason)}", cancellationToken).ConfigureAwait(false);
        return ToolOutput.Text(PlanWords.Rules);
    }

    /// <summary>Plan mode from here on. What runs in the background ends: it could go on changing things.</summary>
    public static async Task BeginAsync(RunContext run, string why, CancellationToken cancellationToken)
    {
        await run.CommitAsync(
            new RunCommit { ChangeFacts = facts => facts with { Plan = (facts.Plan ?? new PlanFacts()) with { Stage = PlanStage.Planning, Why = why, ApprovedBy = null, Steps = null } } },
            cancellationToken).ConfigureAwait(false);
        await run.EndCommandsAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task<ToolOutput> WriteAsync(ToolCall call, ArgumentReader arguments, CancellationToken cancellationToken)
    {
        var run = call.Run;
        var content = arguments.Text("content", "the whole plan as Markdown").ReplaceLineEndings("\n").Trim();
        if (content.Length == 0)
            return ToolOutput.Error($"{PlanTools.Write}: the plan is empty. The plan stays as it was.", ToolErrorClass.InvalidArguments);
        if (content.Length > ApprovalRequest.MaxText)
            return ToolOutput.Error($"{PlanTools.Write}: the plan has {content.Length} characters; the most are {ApprovalRequest.MaxText}, as people read it whole. The plan stays as it was.", ToolErrorClass.InvalidArguments);
        if (run.Conversation.Plan is { } before && before.Content == content)
            return ToolOutput.Text($"Version {before.Version} of the plan says just that.");
        var version = (run.Facts.Plan?.Version ?? 0) + 1;
        var (_, superseded) = Lapses.Supersede(run.Facts, ApprovalKinds.Plan);
        await run.CommitAsync(
            new RunCommit
            {
                Events = [.. superseded, new PlanWritten { Version = version, Content = content }],
                ChangeFacts = facts => Lapses.Supersede(facts, ApprovalKinds.Plan).Facts with { Plan = facts.Plan! with { Version = version, Start = run.JournalEnd } },
            },
            cancellationToken).ConfigureAwait(false);
        var steps = PlanSteps.Of(content).Count;
        return ToolOutput.Text($"Version {version} of the plan is kept, with {steps} {(steps == 1 ? "step" : "steps")}.{(steps == 0 ? " Write each step as a numbered line, so that people see what was done of it." : "")} {PlanTools.Exit} puts it before a person.");
    }

    private static ToolOutput Ask(ArgumentReader arguments)
    {
        var question = arguments.Text("question", "the question as text").Trim();
        return question.Length is 0 or > ApprovalRequest.MaxText
            ? ToolOutput.Error($"{PlanTools.Ask}: the question has {question.Length} characters; it must have from 1 to {ApprovalRequest.MaxText}.", ToolErrorClass.InvalidArguments)
            : ToolOutput.Text("The question was passed on. The answer comes as a message.") with { Approval = new ApprovalRequest { Kind = ApprovalKinds.Question, Text = question } };
    }

    private static ToolOutput Exit(RunContext run)
    {
        if (run.Conversation.Plan is not { } plan)
            return ToolOutput.Error($"{PlanTools.Exit}: there is no plan yet. Write it with {PlanTools.Write} first.");
        var request = new ApprovalRequest { Kind = ApprovalKinds.Plan, Text = plan.Content };
        if (run.Approvals.Find(request) is { State: ApprovalState.Rejected } rejected)
            return ToolOutput.Error($"{PlanTools.Exit}: {rejected.By} rejected exactly this plan{(rejected.Reason is null ? "" : $": {rejected.Reason}")}. Change it with {PlanTools.Write} first.");
        return ToolOutput.Text("The plan was put before a person. The decision comes as a message; plan mode stays on until then.") with { Approval = request };
    }
}

/// <summary>What plan mode kept from being run, to be told to people. Kept with the run.</summary>
internal sealed class RefusedCalls
{
    private readonly ConcurrentDictionary<string, int> _counts = new(StringComparer.Ordinal);

    public static RefusedCalls Of(RunContext run)
    {
        if (run.Get<RefusedCalls>() is { } known)
            return known;
        var calls = new RefusedCalls();
        run.Set(calls);
        return calls;
    }

    public void Count(string tool) => _counts.AddOrUpdate(tool, 1, (_, count) => count + 1);

    /// <summary>One line, or null when nothing was refused.</summary>
    public string? Line => _counts.IsEmpty ? null : $"Plan mode refused: {string.Join(", ", _counts.OrderBy(call => call.Key, StringComparer.Ordinal).Select(call => $"{call.Key} ({call.Value})"))}.";
}
