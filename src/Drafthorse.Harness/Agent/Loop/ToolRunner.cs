using System.Collections.Concurrent;
using System.Globalization;
using Drafthorse.Harness.Context;
using Drafthorse.Harness.Diagnostics;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Tools.Failures;
using Drafthorse.Sandbox.Wire;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Agent.Loop;

/// <summary>
/// Runs the open tool calls of a conversation: reads side by side, the rest in the model's order, each result committed before
/// the next call that changes something begins. A call that a dead owner began is fetched by its id, never blindly repeated.
/// </summary>
internal sealed class ToolRunner(RunContext run, ToolSet tools, RunInbox inbox, IReadOnlyList<IAgentMiddleware> middleware, FailedCalls failures, HeadRoomOptions headRoom)
{
    private const int MaxTries = 3;
    private readonly ConcurrentDictionary<string, bool> _begun = new();
    private string? _warning;
    private bool _steered;

    /// <summary>The starts that are committed together with the reply: of all calls whose result the sandbox keeps by id.</summary>
    public IEnumerable<ToolStarted> StartsWithReply(int step, IReadOnlyList<ContentBlock> content) =>
        content.Where(block => block.Kind == "tool_call").Index()
            .Where(call => EffectOf(call.Item) != ToolEffect.External)
            .Select(call => Start(step, new OpenCall(call.Index, call.Item, null)));

    /// <summary>A notice that follows the results of the calls that are open now.</summary>
    public void WarnWithResults(string warning) => _warning = warning;

    /// <summary>Runs all open calls.</summary>
    public async Task FinishOpenCallsAsync(CancellationToken cancellationToken)
    {
        _steered = false;
        while (NextBatch() is { Count: > 0 } batch)
        {
            var finished = await RunBatchAsync(batch, cancellationToken).ConfigureAwait(false);
            List<JournalEvent> events = [.. finished.Select(result => result.Event)];
            if (_warning is not null && run.Conversation.OpenCalls.Count == batch.Count)
            {
                events.Add(new NoticeGiven { Topic = "loop", Text = _warning });
                _warning = null;
            }

            await run.CommitAsync(WithTodos(WithApprovals(events, finished), finished), cancellationToken).ConfigureAwait(false);
            if (failures.Excess is { } reason)
            {
                throw new RunEndedException(new RunOutcome { Status = ThreadStatus.Stopped, Reason = reason, Failure = FailureKind.Limit });
            }

            if (_steered)
            {
                await SkipOpenCallsAsync("a person sent a message that changes the task. Read it before you go on.", cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Answers all open calls without running them: with why they were not run, or that nobody knows what became of them.</summary>
    public Task SkipOpenCallsAsync(string why, CancellationToken cancellationToken)
    {
        var open = run.Conversation.OpenCalls;
        return open.Count == 0
            ? Task.CompletedTask
            : run.CommitAsync(
                new RunCommit { Events = [.. open.Select(call => Finish(call, ToolOutput.Error(MayHaveRun(call) ? $"{Unknown(call)}: it was cut off, as {why}" : $"Not run: {why}"), TimeSpan.Zero))] },
                cancellationToken);
    }

    /// <summary>What a batch's calls ask people goes into the journal together with their results.</summary>
    private RunCommit WithApprovals(List<JournalEvent> events, IReadOnlyList<(ToolFinished Event, ToolOutput Output)> finished)
    {
        var asked = run.Approvals.Prepare([.. finished.Select(result => result.Output.Approval).OfType<ApprovalRequest>()]);
        return asked with { Events = [.. events, .. asked.Events] };
    }

    /// <summary>The to-do list that the last of a batch's calls wrote goes into the journal together with their results.</summary>
    private RunCommit WithTodos(RunCommit commit, IReadOnlyList<(ToolFinished Event, ToolOutput Output)> finished) =>
        finished.LastOrDefault(result => result.Output.Todos is not null) is { Output.Todos: { } items, Event: var wrote }
            ? commit with
            {
                Events = [.. commit.Events, new TodosWritten { CallId = wrote.ModelCallId, Items = items }],
                ChangeFacts = facts => (commit.ChangeFacts?.Invoke(facts) ?? facts) with { TodosStart = run.JournalEnd },
            }
            : commit;

    private List<OpenCall> NextBatch()
    {
        var open = run.Conversation.OpenCalls;
        var reads = open.TakeWhile(call => EffectOf(call.Call) == ToolEffect.Read && tools.Find(call.Call.Name ?? "")?.RunsAlone() != true).ToList();
        return reads.Count > 0 ? reads : [.. open.Take(1)];
    }

    private async Task<IReadOnlyList<(ToolFinished Event, ToolOutput Output)>> RunBatchAsync(List<OpenCall> batch, CancellationToken cancellationToken)
    {
        if (batch is [{ Started: null } first] && EffectOf(first.Call) == ToolEffect.External)
        {
            var started = Start(run.Conversation.Step, first);
            await run.CommitAsync(new RunCommit { Events = [started] }, cancellationToken).ConfigureAwait(false);
            batch = [first with { Started = started }];
            return [await RunOneAsync(batch[0], isOurs: true, cancellationToken).ConfigureAwait(false)];
        }

        return await Task.WhenAll(batch.Select(call => RunOneAsync(call, BelongsToThisRun(call), cancellationToken))).ConfigureAwait(false);
    }

    private async Task<(ToolFinished Event, ToolOutput Output)> RunOneAsync(OpenCall open, bool isOurs, CancellationToken cancellationToken)
    {
        var began = run.TimeProvider.GetTimestamp();
        _begun[CallIdOf(open)] = true;
        var known = tools.Find(open.Call.Name ?? "")?.Name;
        using var activity = AgentTelemetry.StartTool(known, CallIdOf(open));
        var output = failures.Count(known ?? "", await InvokeSafelyAsync(open, isOurs, cancellationToken).ConfigureAwait(false));
        AgentTelemetry.FinishTool(activity, known, ToolErrorClasses.NameOf(output), run.Model);
        return (Finish(open, output, run.TimeProvider.GetElapsedTime(began)), output);
    }

    private async Task<ToolOutput> InvokeSafelyAsync(OpenCall open, bool isOurs, CancellationToken cancellationToken)
    {
        var name = open.Call.Name ?? "";
        if (tools.Find(name) is not { } tool)
        {
            return CallRefusals.UnknownTool(name, tools);
        }

        if (ContentMapping.ParseArguments(open.Call.Arguments) is not { } arguments)
        {
            return CallRefusals.NotJson(tool, wasCut: run.Conversation.FinishReason == "length");
        }

        var effect = tool.GetEffect();
        if (!isOurs && !await CanRunAgainAsync(effect, open.Started!.CallId, cancellationToken).ConfigureAwait(false))
        {
            return ToolOutput.Error($"{Unknown(open)}: the process that asked for it was lost.");
        }

        return await InvokeSteerablyAsync(open, tool, arguments, effect, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ToolOutput> InvokeSteerablyAsync(
        OpenCall open, AIFunction tool, IReadOnlyDictionary<string, object?> arguments, ToolEffect effect, CancellationToken cancellationToken)
    {
        using var steered = inbox.InterruptOnSteer(cancellationToken);
        var call = new ToolCall { Run = run, CallId = CallIdOf(open), Tool = tool.Name, Arguments = arguments, Effect = effect };
        try
        {
            return await InvokeAsync(0, tool, call, steered.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (steered.IsRequested && !cancellationToken.IsCancellationRequested)
        {
            _steered = true;
            return ToolOutput.Error($"Interrupted: a person sent a message that changes the task. Read it before you go on.{(effect == ToolEffect.External ? $" {Unknown(open)}." : "")}");
        }
    }

    /// <summary>Reads run again. Writes are asked for again by their call id, which a sandbox that lived all the time since answers
    /// without running them twice. Nothing else may be repeated.</summary>
    private async Task<bool> CanRunAgainAsync(ToolEffect effect, string callId, CancellationToken cancellationToken)
    {
        if (effect != ToolEffect.Write)
        {
            return effect == ToolEffect.Read;
        }

        var session = await run.GetSandboxAsync(cancellationToken).ConfigureAwait(false);
        var client = await session.GetClientAsync(cancellationToken).ConfigureAwait(false);
        return session.Path == AcquirePath.Warm
            && long.TryParse(callId.AsSpan(0, Math.Max(0, callId.IndexOf('-', StringComparison.Ordinal))), CultureInfo.InvariantCulture, out var token)
            && token >= client.Info.FirstToken;
    }

    private Task<ToolOutput> InvokeAsync(int index, AIFunction tool, ToolCall call, CancellationToken cancellationToken) =>
        index == middleware.Count
            ? CallWithLostStreamsAsync(tool, call, cancellationToken)
            : middleware[index].OnToolCallAsync(call, (next, token) => InvokeAsync(index + 1, tool, next, token), cancellationToken);

    /// <summary>A stream that was lost is opened again, and what the sandbox keeps by call id is asked for once more.</summary>
    private async Task<ToolOutput> CallWithLostStreamsAsync(AIFunction tool, ToolCall call, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await ToolInvocation.CallAsync(run, tool, call, headRoom, cancellationToken).ConfigureAwait(false);
            }
            catch (WireException) when (call.Effect != ToolEffect.External && tries < MaxTries && !cancellationToken.IsCancellationRequested)
            {
                // The next try attaches again, or throws what became of the sandbox.
            }
        }
    }

    /// <summary>Whether an open call may have taken effect. The starts of what a sandbox keeps by call id are committed before they are made.</summary>
    private bool MayHaveRun(OpenCall open) => EffectOf(open.Call) switch
    {
        ToolEffect.Read => false,
        ToolEffect.External => open.Started is not null,
        _ => !BelongsToThisRun(open) || _begun.ContainsKey(CallIdOf(open)),
    };

    private static string Unknown(OpenCall open) =>
        $"The outcome of this {open.Call.Name} call is unknown; it may or may not have taken effect, so look at the state of things before you repeat it";

    private ToolEffect EffectOf(ContentBlock call) => tools.Find(call.Name ?? "")?.GetEffect() ?? ToolEffect.Read;

    private bool BelongsToThisRun(OpenCall open) =>
        open.Started is null || open.Started.CallId.StartsWith($"{run.Lease.Token}-", StringComparison.Ordinal);

    private string CallIdOf(OpenCall open) => open.Started?.CallId ?? $"{run.Lease.Token}-{run.Conversation.Step}-{open.Index}";

    private ToolStarted Start(int step, OpenCall open) => new()
    {
        CallId = $"{run.Lease.Token}-{step}-{open.Index}",
        ModelCallId = open.Call.CallId ?? "",
        Tool = open.Call.Name ?? "",
        Arguments = open.Call.Arguments ?? "",
        Effect = EffectOf(open.Call) switch
        {
            ToolEffect.Read => "read",
            ToolEffect.Write => "write",
            _ => "external",
        },
    };

    private ToolFinished Finish(OpenCall open, ToolOutput output, TimeSpan duration) => new()
    {
        CallId = CallIdOf(open),
        ModelCallId = open.Call.CallId ?? "",
        Tool = open.Call.Name ?? "",
        Content = output.Content,
        IsError = output.IsError,
        ErrorClass = ToolErrorClasses.NameOf(output),
        DurationMs = duration.TotalMilliseconds,
    };
}
