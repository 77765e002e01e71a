using Drafthorse.Composition;
using Drafthorse.Harness.Agent;
using Drafthorse.Harness.Events;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Threads.Journal;

namespace Drafthorse.Cli;

/// <summary>Runs one message in this process, shows it, and carries out the effects that it owes.</summary>
internal static class RunSession
{
    private static readonly TimeSpan EffectsTime = TimeSpan.FromMinutes(2);

    /// <summary>Returns the exit code.</summary>
    public static async Task<int> RunAsync(Platform platform, AgentMessage message, IRunOutput output, CancellationToken cancellationToken)
    {
        JournalAppended? end = null;
        try
        {
            await foreach (var agentEvent in platform.Agent.StreamAsync(message, cancellationToken))
            {
                if (agentEvent is JournalAppended { Event: RunFinished } finished)
                    end = finished;
                else
                    output.Show(agentEvent);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            output.Cancelled(ThreadId.FromKey(message.ThreadKey));
            return ExitCodes.Cancelled;
        }

        if (end is not { Event: RunFinished run })
            throw new InvalidOperationException($"Thread {ThreadId.FromKey(message.ThreadKey)} is being run by another process; follow it with: drafthorse threads follow {ThreadId.FromKey(message.ThreadKey)}");
        await CarryOutEffectsAsync(platform, end.ThreadId, cancellationToken);
        var thread = await platform.Store.GetThreadAsync(end.ThreadId, cancellationToken);
        output.Finished(end, thread?.PullRequest);
        return ExitCodes.Of(run.Outcome, run.Failure);
    }

    private static async Task CarryOutEffectsAsync(Platform platform, ThreadId thread, CancellationToken cancellationToken)
    {
        if (await platform.Store.CountOutboxAsync(thread, cancellationToken) == 0)
            return;
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var dispatching = platform.NewDispatcher(thread).RunAsync(done.Token);
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(EffectsTime);
        try
        {
            while (true)
            {
                var change = platform.Store.WaitForChangeAsync(thread, TimeSpan.FromMilliseconds(500), late.Token);
                if (await platform.Store.CountOutboxAsync(thread, late.Token) == 0)
                    break;
                await change;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Console.Error.WriteLine("The draft is not open yet; the next drafthorse process goes on trying.");
        }

        await done.CancelAsync();
        await dispatching;
    }
}
