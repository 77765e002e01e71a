using Drafthorse.Harness.Budgets;
using Drafthorse.Harness.Compaction;
using Drafthorse.Harness.Context;
using Drafthorse.Harness.Middleware;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Threads.Journal;

namespace Drafthorse.Harness.Agent;

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
    ModelCallLimit limit,
    LoopGuard guard)
{
    private readonly long _startedAt = run.TimeProvider.GetTimestamp();
    private bool _emptyReplyTold;

    public async Task<RunOutcome> RunAsync(CancellationToken cancellationToken)
    {
        await tools.FinishOpenCallsAsync(cancellationToken).ConfigureAwait(false);
        while (true)
        {
            await inbox.TakeAsync(cancellationToken).ConfigureAwait(false);
            if (run.Conversation.IsAnswered)
            {
                // A previous owner was lost after the model's last word.
                return new RunOutcome { Status = ThreadStatus.Done, Text = run.LastText };
            }

            CheckLimits();
            await compactor.CompactWhenFullAsync(run, cancellationToken).ConfigureAwait(false);

            var reply = await CallModelAsync(cancellationToken).ConfigureAwait(false);
            if (reply is null)
            {
                continue;
            }

            await CommitReplyAsync(reply, cancellationToken).ConfigureAwait(false);
            if (run.Conversation.OpenCalls.Count > 0)
            {
                await GuardAgainstLoopsAsync(reply, cancellationToken).ConfigureAwait(false);
                if (await tools.FinishOpenCallsAsync(cancellationToken).ConfigureAwait(false) is { } question)
                {
                    return new RunOutcome { Status = ThreadStatus.Waiting, Text = question };
                }
            }
            else if (reply.FinishReason == "length")
            {
                await run.TellModelAsync("cut", "Your last reply was cut off at the output limit. Go on from where it ended, in smaller pieces.", cancellationToken).ConfigureAwait(false);
            }
            else if (reply.Text.Length == 0 && !_emptyReplyTold)
            {
                _emptyReplyTold = true;
                await run.TellModelAsync("empty", "Your last reply was empty. Go on with the task, or say in words that it is done.", cancellationToken).ConfigureAwait(false);
            }
            else if (!await inbox.HasNewAsync(cancellationToken).ConfigureAwait(false))
            {
                return new RunOutcome { Status = ThreadStatus.Done, Text = reply.Text };
            }
        }
    }

    /// <summary>Calls the model; null when a message that steers interrupted the call, or the context was compacted instead.</summary>
    private async Task<ModelAnswer?> CallModelAsync(CancellationToken cancellationToken)
    {
        using var steered = inbox.InterruptOnSteer(cancellationToken);
        try
        {
            return await models.CallStepAsync(steered.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (steered.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        catch (ModelException exception) when (exception.Kind == ModelErrorKind.ContextOverflow)
        {
            if (!await compactor.CompactNowAsync(run, cancellationToken).ConfigureAwait(false))
            {
                throw;
            }

            return null;
        }
    }

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
                ChangeFacts = facts => facts with
                {
                    Steps = step,
                    CostUsd = facts.CostUsd + reply.CostUsd,
                    InputTokens = facts.InputTokens + reply.Usage.Input,
                    OutputTokens = facts.OutputTokens + reply.Usage.Output,
                },
            },
            cancellationToken);
    }

    private void CheckLimits()
    {
        if (run.Steps >= limit.MaxCalls)
        {
            throw LimitReached($"the limit of {limit.MaxCalls} model calls in one run is reached");
        }

        if (run.TimeProvider.GetElapsedTime(_startedAt) >= limit.MaxDuration)
        {
            throw LimitReached($"the limit of {limit.MaxDuration:g} for one run is reached");
        }
    }

    private async Task GuardAgainstLoopsAsync(ModelAnswer reply, CancellationToken cancellationToken)
    {
        switch (guard.Observe(reply.Content))
        {
            case LoopVerdict.Warn:
                tools.WarnWithResults($"You have made the same call {limit.WarnAfterIdenticalCalls} times in a row with the same arguments. Its outcome will not change: try another way, or say what stops you.");
                break;
            case LoopVerdict.Stop:
                await tools.SkipOpenCallsAsync("Not run: the same call was made too often in a row.", cancellationToken).ConfigureAwait(false);
                throw LimitReached($"the model made the same call {limit.StopAfterIdenticalCalls} times in a row");
        }
    }

    private static RunEndedException LimitReached(string reason) => new(new RunOutcome
    {
        Status = ThreadStatus.Stopped,
        Reason = reason,
        Failure = FailureKind.Limit,
    });
}
