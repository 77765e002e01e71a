using Drafthorse.Harness.Agent.Answers;
using Drafthorse.Harness.Channels;
using Drafthorse.Harness.Context;
using Drafthorse.Harness.Diagnostics;
using Drafthorse.Harness.Guards;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Planning;
using Drafthorse.Harness.Runs;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Secrets;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Tools.Failures;
using Drafthorse.Harness.Workspace;
using Drafthorse.Sandbox.Wire;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace Drafthorse.Harness.Agent.Loop;

/// <summary>One run from claim to release: every way it can end becomes an outcome, a journaled end, and a reply.</summary>
internal sealed partial class AgentRun(AgentOptions options, ILogger logger)
{
    public async Task<ReleaseRequest> RunAsync(RunLease lease, CancellationToken draining)
    {
        var claim = lease.Claim;
        using var scope = logger.BeginScope(new ThreadLogScope(claim.Thread));
        var began = options.TimeProvider.GetTimestamp();
        using var activity = AgentTelemetry.StartRun(options.Name, claim.Thread.Id);
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(lease.Lost);
        var conversation = await ConversationReader.ReadAsync(options.Store, claim.Thread, lease.Lost).ConfigureAwait(false);
        if (claim is { TakenOver: true, Thread.InboxDepth: 0 } && conversation.Ended is { } ended)
        {
            // The owner before was lost between its last commit and the release: its people have their answer.
            return new ReleaseRequest { Lease = claim.Lease, State = ended, WakeAt = RunApprovalEnd.WakeAt(claim.Thread.Facts) };
        }

        var run = NewContext(lease, conversation, cancelled.Token);
        if (options.PlanMode.Enabled)
            run.Set(new PlanRules { Always = options.PlanMode.Always ? "every task here is planned first" : null });
        await using var ownedRun = run.ConfigureAwait(false);
        var inbox = new RunInbox(options.Store, run, cancelled, draining);
        await using var ownedInbox = inbox.ConfigureAwait(false);
        var engine = Assemble(run, inbox, options.Instructions);
        RunOutcome outcome;
        try
        {
            await BeginAsync(run, cancelled.Token).ConfigureAwait(false);
            inbox.Watch();
            outcome = await RunMiddlewareAsync(0, run, engine, cancelled.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (inbox.IsCancelled)
        {
            outcome = new RunOutcome { Status = ThreadStatus.Cancelled, Reason = "cancelled by a person" };
        }
        catch (OperationCanceledException) when (draining.IsCancellationRequested)
        {
            return new ReleaseRequest { Lease = claim.Lease, State = ThreadStatus.Queued, WakeAt = options.TimeProvider.GetUtcNow() };
        }
        catch (Exception exception) when (exception is not (LeaseLostException or OperationCanceledException))
        {
            LogUnexpected(logger, claim.Thread.Id, exception);
            outcome = Failures.ToOutcome(exception);
        }

        await inbox.TakeUntakenAsync(lease.Lost).ConfigureAwait(false);
        outcome = await EndAsync(run, engine.Tools, outcome, lease.Lost).ConfigureAwait(false);
        await EndCommandsAsync(run, lease.Lost).ConfigureAwait(false);
        var reason = options.Redactor.Redact(outcome.Reason);
        LogEnded(logger, outcome.Status == ThreadStatus.Failed ? LogLevel.Warning : LogLevel.Information, claim.Thread.Id, lease.Lease.Token, outcome.Status, run.Steps,
            run.Usage.Unpriced > 0 ? null : run.CostUsd, reason);
        AgentTelemetry.FinishRun(activity, outcome.Status, outcome.Failure.ToString(), claim.Thread.Origin.Channel, options.TimeProvider.GetElapsedTime(began));
        return new ReleaseRequest { Lease = claim.Lease, State = outcome.Status, WakeAt = RunApprovalEnd.WakeAt(run.Facts) };
    }

    /// <summary>Makes the context shorter without a run. Returns null when nothing could be made shorter.</summary>
    public async Task<ContextCompacted?> CompactAsync(RunLease lease)
    {
        var conversation = await ConversationReader.ReadAsync(options.Store, lease.Claim.Thread, lease.Lost).ConfigureAwait(false);
        var run = NewContext(lease, conversation, lease.Lost);
        await using var ownedRun = run.ConfigureAwait(false);
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(lease.Lost);
        var inbox = new RunInbox(options.Store, run, cancelled, lease.Lost);
        await using var ownedInbox = inbox.ConfigureAwait(false);
        return await Assemble(run, inbox, compose: null).Compactor.CompactNowAsync(run, lease.Lost).ConfigureAwait(false) ? run.Conversation.Compacted : null;
    }

    private sealed record Engine(AgentLoop Loop, ToolRunner Tools, ModelCaller Models, Compactor Compactor);

    private RunContext NewContext(RunLease lease, Conversation conversation, CancellationToken stopping) =>
        new(options.Store, lease.Claim, conversation, context => options.AcquireSandbox(context, stopping), options.Watcher, options.TimeProvider, options.Approvals)
        {
            Redact = new CommitRedaction(options.Redactor).Redact,
            RedactLive = new LiveRedaction(options.Redactor).Redact,
        };

    /// <param name="run">The run.</param>
    /// <param name="inbox">Its messages.</param>
    /// <param name="compose">Composes the system prompt anew where the context is made shorter; null: it stays, as nothing has found out where the run works.</param>
    private Engine Assemble(RunContext run, RunInbox inbox, Func<RunContext, CancellationToken, ValueTask<string>>? compose)
    {
        var chosen = new RunModels(run, options);
        var budgets = new BudgetGate(options.Budget, options.Store, () => chosen.Payable, options.FindModel);
        IReadOnlyList<IAgentMiddleware> middleware =
        [
            budgets,
            new ToolResultEviction(options.Eviction, options.Archive, options.Compaction.SessionSearch),
            new SecretRedaction(options.Redactor),
            .. options.Middleware,
            new PlanGate(options.PlanMode),
        ];
        var form = new AnswerForm(run.Conversation);
        var tools = new ToolRunner(run, options.Tools, inbox, middleware, new FailedCalls(options.Limit, output => WatchCalls(run, output)), options.HeadRoom);
        Compactor? compactor = null;
        var models = new ModelCaller(run, chosen, options.FindModel, () => StepOptions(run, compactor!.Model, form), middleware);
        var overhead = new Lazy<int>(() => run.Tokens.Estimate([new ChatMessage(ChatRole.System, run.Conversation.System)], new ChatOptions { Tools = [.. options.Tools.All] }));
        var summaries = new SummaryCalls(options.Summarizer is null ? models.CallSummaryAsync : null, models.CallAsync);
        compactor = new Compactor(options.Compaction, () => chosen.Info, options.FindModel, () => overhead.Value, summaries, compose);
        var guards = new StepGuards(run, options.Limit, name => options.Tools.Find(name)?.GetEffect() ?? ToolEffect.Read);
        var loop = new AgentLoop(run, inbox, models, tools, compactor, form, options.Limit, guards, new RunStatus(run));
        run.CanGoOnAsync = async token => loop.FindLimit() is null && await models.CanPayStepAsync(budgets, token).ConfigureAwait(false);
        return new Engine(loop, tools, models, compactor);
    }

    private void WatchCalls(RunContext run, ToolOutput output)
    {
        if (options.InvalidCalls.Count(run.Model, output.ErrorClass == ToolErrorClass.InvalidArguments, options.TimeProvider.GetUtcNow()) is { } share)
        {
            LogInvalidCalls(logger, run.Model, share);
        }
    }

    private ChatOptions StepOptions(RunContext run, ModelInfo model, AnswerForm form) => new()
    {
        Tools = [.. options.Tools.All],
        MaxOutputTokens = ContextBudget.OutputOf(model),
        ResponseFormat = form.Format,
        AdditionalProperties = new() { [ModelProperties.Thread] = run.Thread.Id.ToString() },
    };

    private async Task BeginAsync(RunContext run, CancellationToken cancellationToken)
    {
        var started = new RunStarted { Token = run.Lease.Token, Owner = run.Lease.Owner, TakenOver = run.Claim.TakenOver };
        List<OutboxRequest> outbox = [];
        if (!run.Thread.Origin.IsAnsweredByJournal)
        {
            outbox.Add(new StatusEffect { State = ThreadStatus.Running, Activity = "Working on it", Step = run.Facts.Steps, CostUsd = run.Facts.CostUsd, UnpricedTokens = run.Facts.UnpricedTokens, Todos = run.Todos }.ToOutbox(null));
        }

        var lapsed = await RunApprovalEnd.LapsedAsync(run, options.Store, cancellationToken).ConfigureAwait(false);
        await run.CommitAsync(lapsed with { Events = [started, .. lapsed.Events], Outbox = outbox }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Composes a new thread's system prompt when middleware has found out where the run works, which the prompt says.</summary>
    private async Task SetPromptAsync(RunContext run, CancellationToken cancellationToken)
    {
        if (run.Conversation.System is null)
        {
            var prompt = new PromptSet { System = await options.Instructions(run, cancellationToken).ConfigureAwait(false), Workspace = run.Get<WorkspaceInUse>()?.Mark };
            await run.CommitAsync(new RunCommit { Events = [prompt] }, cancellationToken).ConfigureAwait(false);
        }
    }

    private Task<RunOutcome> RunMiddlewareAsync(int index, RunContext run, Engine engine, CancellationToken cancellationToken) =>
        index == options.Middleware.Count
            ? RunLoopAsync(run, engine, cancellationToken)
            : options.Middleware[index].OnRunAsync(run, token => RunMiddlewareAsync(index + 1, run, engine, token), cancellationToken);

    /// <summary>The loop, with what ends it early made an outcome, so that middleware (the draft that is owed) still does its part.</summary>
    private async Task<RunOutcome> RunLoopAsync(RunContext run, Engine engine, CancellationToken cancellationToken)
    {
        try
        {
            await SetPromptAsync(run, cancellationToken).ConfigureAwait(false);
            return await engine.Loop.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (RunEndedException ended)
        {
            await engine.Tools.SkipOpenCallsAsync("the run was stopped.", cancellationToken).ConfigureAwait(false);
            return ended.Outcome.Failure == FailureKind.Limit
                ? ended.Outcome with { Text = await LastWords.AskAsync(run, engine.Models, ended.Outcome.Reason, cancellationToken).ConfigureAwait(false) }
                : ended.Outcome;
        }
        catch (Exception exception) when (exception is ModelException or SandboxException or WireException)
        {
            await engine.Tools.SkipOpenCallsAsync(exception.Message, cancellationToken).ConfigureAwait(false);
            return Failures.ToOutcome(exception);
        }
    }

    private static async Task<RunOutcome> EndAsync(RunContext run, ToolRunner tools, RunOutcome outcome, CancellationToken cancellationToken)
    {
        await tools.SkipOpenCallsAsync($"the run ended ({outcome.Status}).", cancellationToken).ConfigureAwait(false);
        (outcome, var plan) = RunPlanEnd.Of(run, outcome);
        (outcome, var open, var shown, var lapsed) = await RunApprovalEnd.OfAsync(run, outcome, cancellationToken).ConfigureAwait(false);
        var finished = new RunFinished
        {
            Token = run.Lease.Token,
            Outcome = ThreadStatusNames.Of(outcome.Status),
            Reason = outcome.Reason,
            FinalText = outcome.Text,
            Failure = outcome.Failure.ToString(),
            Notes = [.. outcome.Notes, .. RunNotes.Of(run).Lines],
            WaitsFor = open.Count == 0 ? null : open,
            Steps = run.Steps,
            Usage = run.Usage,
            CostUsd = run.CostUsd,
        };
        List<OutboxRequest> outbox = [.. outcome.Outbox, .. EndingEffects.Of(run.Thread.Origin, run.Facts, run.Todos, outcome.Status, finished, run.Conversation.LastMessageId, shown)];
        await run.CommitAsync(lapsed with { Events = [.. lapsed.Events, finished], Outbox = outbox, ChangeFacts = facts => (lapsed.ChangeFacts?.Invoke(facts) ?? facts) with { Plan = plan } }, cancellationToken).ConfigureAwait(false);
        return outcome;
    }

    /// <summary>After the people have their answer. Who owns the thread now, if it is another, has taken the sandbox over too.</summary>
    private async Task EndCommandsAsync(RunContext run, CancellationToken cancellationToken)
    {
        try
        {
            await run.EndCommandsAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (SandboxException exception)
        {
            LogNotEnded(logger, run.Thread.Id, exception);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "What the run of thread {ThreadId} left in its sandbox could not be ended; the sweep stops the sandbox")]
    private static partial void LogNotEnded(ILogger logger, ThreadId threadId, Exception exception);

    [LoggerMessage(Message = "Run {Token} of thread {ThreadId} ended as {Outcome} after {Steps} steps; cost in USD (null when a price is unknown): {CostUsd}. {Reason}")]
    private static partial void LogEnded(ILogger logger, LogLevel level, ThreadId threadId, long token, ThreadStatus outcome, int steps, decimal? costUsd, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Share:P1} of the tool calls of {Model} had invalid arguments within the hour (3 % is much): see drafthorse_tool_errors_total for the tools")]
    private static partial void LogInvalidCalls(ILogger logger, string model, double share);

    [LoggerMessage(Level = LogLevel.Error, Message = "The run of thread {ThreadId} failed unexpectedly")]
    private static partial void LogUnexpected(ILogger logger, ThreadId threadId, Exception exception);
}
