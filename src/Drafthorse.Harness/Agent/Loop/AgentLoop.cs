using Drafthorse.Harness.Agent.Answers;
using Drafthorse.Harness.Guards;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Models.Replies;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Agent.Loop;

/// <summary>
/// The steps of one run: take new messages, call the model, commit, run the tools, commit, until the model has nothing more to
/// do. May be entered again in the same run when code has told the model something.
/// </summary>
internal sealed class AgentLoop(
    RunContext run,
    RunInbox inbox,
    ModelCaller models,
    ToolRunner tools,
    Compactor compactor,
    AnswerForm form,
    ModelCallLimit limit,
    StepGuards guards,
    RunStatus status)
{
    private const int MostCuts = 3;

    private readonly long _startedAt = run.TimeProvider.GetTimestamp();
    private int _emptyReplies;
    private int _cuts;
    private bool _overflowed;

    public async Task<RunOutcome> RunAsync(CancellationToken cancellationToken)
    {
        await tools.FinishOpenCallsAsync(cancellationToken).ConfigureAwait(false);
        if (run.Conversation.EndsWithReply && run.Facts.Sandbox is not null)
        {
            // A previous owner was lost after the model's last word. When its sandbox is lost too, the model learns it here and goes on.
            await run.GetSandboxAsync(cancellationToken).ConfigureAwait(false);
        }

        while (true)
        {
            await inbox.TakeAsync(cancellationToken).ConfigureAwait(false);
            if (WaitsOrHasNothingToDo() is { } waiting)
                return waiting;
            if (run.Conversation.EndsWithReply
                && await FinishAsync(run.LastText, run.Conversation.FinishReason, cancellationToken).ConfigureAwait(false) is { } answered)
            {
                return answered;
            }

            if (FindLimit() is { } reached)
                throw LimitReached(reached);
            await compactor.CompactWhenFullAsync(run, cancellationToken).ConfigureAwait(false);

            var reply = await CallModelAsync(cancellationToken).ConfigureAwait(false);
            if (reply is null)
            {
                continue;
            }

            await CommitReplyAsync(reply, cancellationToken).ConfigureAwait(false);
            if (run.Conversation.OpenCalls.Count > 0)
            {
                (_emptyReplies, _cuts) = (0, 0);
                await RunToolsAsync(reply, cancellationToken).ConfigureAwait(false);
            }
            else if (await FinishAsync(reply.Text, reply.FinishReason, cancellationToken).ConfigureAwait(false) is { } outcome)
            {
                return outcome;
            }
        }
    }

    /// <summary>The end of a run that has to wait for a person, or that no message began; null when the model goes on.</summary>
    private RunOutcome? WaitsOrHasNothingToDo() =>
        run.Approvals.Holding is { Count: > 0 } ? new RunOutcome { Status = ThreadStatus.Waiting, Text = run.LastText }
        : run.Conversation.FirstMessageOfRun is not null ? null
        : run.Approvals.Lapsed is { } lapsed ? new RunOutcome { Status = ThreadStatus.Stopped, Reason = lapsed }
        : new RunOutcome { Status = ThreadStatus.Done, Text = run.LastText };

    /// <summary>What a reply without calls means: the end, or null when the run goes on.</summary>
    private async Task<RunOutcome?> FinishAsync(string text, string finishReason, CancellationToken cancellationToken)
    {
        switch (FinishReasons.Read(finishReason)?.Value ?? "")
        {
            case "content_filter":
                return Failed("the provider's content filter stopped the model's reply: word the task differently or use another model");
            case "length":
                if (++_cuts >= MostCuts)
                {
                    throw LimitReached($"the model's reply was cut at its output limit {MostCuts} times in a row");
                }

                await run.TellModelAsync("cut", "Your last reply was cut off at the output limit. Go on from where it ended, in smaller pieces.", cancellationToken).ConfigureAwait(false);
                return null;
            case FinishReasons.MalformedCall:
                return await GoOnAsync(
                    "malformed-call", "Your last reply held a tool call that could not be read, so nothing was done. Send the call again as valid JSON that fits the tool's schema.",
                    "the model's calls could not be read by its provider", cancellationToken).ConfigureAwait(false);
            case var reason when !FinishReasons.IsKnown(reason):
                return await GoOnAsync(
                    "stopped", $"Your last reply ended for a reason that is not known here ({reason}). Go on with the task from where it ended, or say in words that it is done.",
                    $"the model's replies ended for a reason that is not known here ({reason})", cancellationToken).ConfigureAwait(false);
            case var _ when string.IsNullOrWhiteSpace(text):
                if (++_emptyReplies > 1)
                {
                    return Failed("the model gave an empty reply, twice in a row");
                }

                await run.TellModelAsync("empty", "Your last reply was empty. Go on with the task, or say in words that it is done.", cancellationToken).ConfigureAwait(false);
                return null;
        }

        (_emptyReplies, _cuts) = (0, 0);
        if (await inbox.HasNewAsync(cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        var (answer, error) = form.Check(text);
        if (error is null)
        {
            return new RunOutcome { Status = ThreadStatus.Done, Text = answer };
        }

        if (form.Correct(error) is not { } correction)
        {
            return Failed($"the model's answer does not have the form that was asked for: {error}") with { Text = text };
        }

        await run.TellModelAsync("answer-format", correction, cancellationToken).ConfigureAwait(false);
        return null;
    }

    /// <summary>Tells the model why its reply is no end. A reply that ends so again and again fails the run: what is open is never taken for done.</summary>
    private async Task<RunOutcome?> GoOnAsync(string topic, string toModel, string toPeople, CancellationToken cancellationToken)
    {
        if (++_cuts >= MostCuts)
        {
            return Failed($"{toPeople}, {MostCuts} times in a row");
        }

        await run.TellModelAsync(topic, toModel, cancellationToken).ConfigureAwait(false);
        return null;
    }

    /// <summary>Calls the model; null when a message that steers interrupted the call, or the request was changed instead.</summary>
    private async Task<ModelAnswer?> CallModelAsync(CancellationToken cancellationToken)
    {
        using var steered = inbox.InterruptOnSteer(cancellationToken);
        try
        {
            var reply = await models.CallStepAsync(steered.Token).ConfigureAwait(false);
            _overflowed = false;
            return reply;
        }
        catch (OperationCanceledException) when (steered.IsRequested && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        catch (ModelException exception) when (exception.Kind == ModelErrorKind.ContextOverflow)
        {
            if (_overflowed || !await compactor.CompactAfterOverflowAsync(run, exception, cancellationToken).ConfigureAwait(false))
            {
                throw Failures.StillTooLong(exception, _overflowed);
            }

            _overflowed = true;
            return null;
        }
        catch (ModelException exception) when (exception.Kind == ModelErrorKind.InvalidRequest && form.Refuse())
        {
            // Not every provider takes every schema; the answer is checked by code anyway.
            return null;
        }
        catch (ModelException exception) when (exception.Kind == ModelErrorKind.InvalidRequest && IsAboutPictures(exception.Message))
        {
            // A picture that the model cannot take would fail every later request of the thread too.
            if (!await Compactor.DropPicturesAsync(run, cancellationToken).ConfigureAwait(false))
            {
                throw;
            }

            return null;
        }
    }

    private static bool IsAboutPictures(string message) =>
        message.Contains("image", StringComparison.OrdinalIgnoreCase) || message.Contains("vision", StringComparison.OrdinalIgnoreCase) || message.Contains("multimodal", StringComparison.OrdinalIgnoreCase);

    private Task CommitReplyAsync(ModelAnswer reply, CancellationToken cancellationToken)
    {
        var step = run.Conversation.Step + 1;
        var replied = new ModelReplied
        {
            Step = step,
            Model = reply.Model,
            Content = reply.Content,
            FinishReason = reply.FinishReason,
            Usage = reply.Usage,
            CostUsd = reply.CostUsd,
        };
        return run.CommitAsync(
            new RunCommit
            {
                Events = [replied, .. tools.StartsWithReply(step, reply.Content)],
                Outbox = status.OfStep(step, RunFacts.Add(run.Facts, reply.Usage, reply.CostUsd)),
                ChangeFacts = facts => RunFacts.Add(facts, reply.Usage, reply.CostUsd) with { Steps = step },
            },
            cancellationToken);
    }

    /// <summary>The limit that keeps the model from being called once more, or null.</summary>
    public string? FindLimit() =>
        run.Steps >= limit.MaxCalls ? $"the limit of {limit.MaxCalls} model calls in one run is reached"
        : run.TimeProvider.GetElapsedTime(_startedAt) >= limit.MaxDuration ? $"the limit of {limit.MaxDuration:g} for one run is reached"
        : null;

    private async Task RunToolsAsync(ModelAnswer reply, CancellationToken cancellationToken)
    {
        switch (guards.BeforeTools(reply.Content))
        {
            case { IsStop: true } stop:
                await tools.SkipOpenCallsAsync("the same was called too often.", cancellationToken).ConfigureAwait(false);
                throw LimitReached(stop.Text);
            case { } warning:
                tools.WarnWithResults(warning.Text);
                break;
        }

        await tools.FinishOpenCallsAsync(cancellationToken).ConfigureAwait(false);
        switch (await guards.AfterToolsAsync(reply.Content, cancellationToken).ConfigureAwait(false))
        {
            case { IsStop: true } stop:
                throw LimitReached(stop.Text);
            case { } warning:
                await run.TellModelAsync("loop", warning.Text, cancellationToken).ConfigureAwait(false);
                break;
        }
    }

    private static RunOutcome Failed(string reason) => new() { Status = ThreadStatus.Failed, Reason = reason, Failure = FailureKind.Model };

    private static RunEndedException LimitReached(string reason) => new(new RunOutcome
    {
        Status = ThreadStatus.Stopped,
        Reason = reason,
        Failure = FailureKind.Limit,
    });
}
