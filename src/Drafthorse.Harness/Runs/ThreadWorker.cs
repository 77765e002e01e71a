using System.Collections.Concurrent;
using Drafthorse.Harness.Diagnostics;
using Drafthorse.Harness.Threads;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drafthorse.Harness.Runs;

/// <summary>Claims ready threads fairly, keeps their leases, runs them side by side, and releases them.</summary>
/// <param name="store">The threads.</param>
/// <param name="run">What to do with a claimed thread.</param>
/// <param name="options">Limits and times.</param>
/// <param name="timeProvider">The clock; null = the system's.</param>
/// <param name="logger">Where takeovers, parked threads and failures are told; null = nowhere.</param>
public sealed partial class ThreadWorker(
    IThreadStore store, ThreadRunner run, ThreadWorkerOptions options, TimeProvider? timeProvider = null, ILogger<ThreadWorker>? logger = null)
{
    /// <summary>Claims made at once share one flush of the store.</summary>
    private const int MostClaimsAtOnce = 32;

    private static readonly TimeSpan StatusInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan CutOffTime = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _timeProvider = timeProvider ?? TimeProvider.System;
    private readonly ILogger _logger = logger ?? NullLogger<ThreadWorker>.Instance;
    private readonly ConcurrentDictionary<RunLease, Task> _active = new();
    private readonly RunEnding _ending = new(store);
    private readonly QueueNotices _notices = new(store, options.Limits, timeProvider ?? TimeProvider.System);

    /// <summary>
    /// Works until <paramref name="stopping"/> is cancelled, then claims no more, lets its runs finish their step, and returns
    /// when the last one is released or the drain time is over.
    /// </summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var slots = new SemaphoreSlim(options.Concurrency);
        using var locks = options.OwnersDirectory is { } directory ? OwnerLocks.Take(directory, options.Owner) : null;

        // From the beginning, so that the first one is seen as one more.
        RunMetrics.Takeovers.Add(0);
        RunMetrics.LeasesLost.Add(0);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var observing = ObserveAsync(ending.Token);
        try
        {
            await ClaimAsync(slots, locks, ending.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            LogDraining(_active.Count);
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
            await DrainAsync().ConfigureAwait(false);
            await observing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ClaimAsync(SemaphoreSlim slots, OwnerLocks? locks, CancellationToken stopping)
    {
        var claims = new ThreadClaims(store, options, locks, _timeProvider, _logger);
        Task? change = null;
        var atOnce = 1;
        while (true)
        {
            await claims.LookForTheDeadAsync(stopping).ConfigureAwait(false);
            await slots.WaitAsync(stopping).ConfigureAwait(false);
            var taken = 1;
            while (taken < atOnce && slots.Wait(0, stopping))
            {
                taken++;
            }

            // The wait begins before the look, so that nothing comes unseen between them.
            change ??= store.WaitForChangeAsync(null, options.PollInterval * (0.75 + (Random.Shared.NextDouble() / 2)), stopping);
            var found = 0;
            foreach (var claimed in await claims.NextAsync(taken, stopping).ConfigureAwait(false))
            {
                if (claimed is not { } lease)
                {
                    slots.Release();
                    continue;
                }

                found++;
                var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _active[lease] = RunAsync(lease, started.Task, slots, stopping);
                started.SetResult();
            }

            atOnce = found == taken ? Math.Min(taken * 2, MostClaimsAtOnce) : 1;
            if (found < taken)
            {
                await change.ConfigureAwait(false);
                change = null;
            }
        }
    }

    private async Task RunAsync(RunLease lease, Task started, SemaphoreSlim slots, CancellationToken draining)
    {
        await started.ConfigureAwait(false);
        using var scope = _logger.BeginScope(new ThreadLogScope(lease.Claim.Thread));
        RunMetrics.ActiveRuns.Add(1);
        try
        {
            if (lease.Claim.TakenOver)
            {
                RunMetrics.Takeovers.Add(1);
                LogTakenOver(lease.Lease.ThreadId, lease.Lease.Token, lease.Claim.Thread.Takeovers);
            }

            await (lease.Claim.Thread.Takeovers > options.TakeoverLimit ? ParkAsync(lease) : RunAsync(lease, draining)).ConfigureAwait(false);
        }
        catch (LeaseLostException exception)
        {
            LogRunEndedWithoutLease(exception, lease.Lease.ThreadId, lease.Lease.Token);
        }
        catch (ThreadStoreException exception)
        {
            // Nothing can be written now: the lease runs out, and whoever takes the thread over goes on from the journal.
            LogStoreFailed(exception, lease.Lease.ThreadId, lease.Lease.Token);
        }
        finally
        {
            RunMetrics.ActiveRuns.Add(-1);
            await lease.DisposeAsync().ConfigureAwait(false);
            _active.TryRemove(lease, out _);
            slots.Release();
        }
    }

    private async Task RunAsync(RunLease lease, CancellationToken draining)
    {
        ReleaseRequest release;
        try
        {
            release = await run(lease, draining).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (lease.IsAbandoned)
        {
            release = new ReleaseRequest { Lease = lease.Lease, State = ThreadStatus.Queued };
        }
        catch (OperationCanceledException) when (lease.Lost.IsCancellationRequested)
        {
            throw new LeaseLostException(lease.Lease.ThreadId, lease.Lease.Token);
        }
        catch (Exception exception) when (exception is not LeaseLostException and not ThreadStoreException)
        {
            LogRunFailed(exception, lease.Lease.ThreadId, lease.Lease.Token);
            await _ending.FailAsync(lease, CancellationToken.None).ConfigureAwait(false);
            return;
        }

        await lease.ReleaseAsync(release, CancellationToken.None).ConfigureAwait(false);
    }

    private async Task ParkAsync(RunLease lease)
    {
        LogParked(lease.Lease.ThreadId, lease.Claim.Thread.Takeovers);
        await _ending.ParkAsync(lease, CancellationToken.None).ConfigureAwait(false);
    }

    private async Task DrainAsync()
    {
        var all = Task.WhenAll(_active.Values);
        try
        {
            await all.WaitAsync(options.DrainTime, _timeProvider).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            LogCutOff(_active.Count);
            foreach (var lease in _active.Keys)
            {
                lease.Abandon();
            }

            await all.WaitAsync(CutOffTime, _timeProvider).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ObserveAsync(CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                RunMetrics.Observe(await store.GetStatusAsync(stopping).ConfigureAwait(false));
                await _notices.TellAsync(stopping).ConfigureAwait(false);
            }
            catch (ThreadStoreException exception)
            {
                LogStateUnknown(exception);
            }

            await Task.Delay(StatusInterval, _timeProvider, stopping).ConfigureAwait(false);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Stopping: no new claims, {Count} runs finish their step")]
    private partial void LogDraining(int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} runs did not finish their step in time and are cut off")]
    private partial void LogCutOff(int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "The thread store cannot be asked for its state; trying again")]
    private partial void LogStateUnknown(Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Thread {ThreadId} is taken over with token {Token}, {Takeovers} in a row")]
    private partial void LogTakenOver(ThreadId threadId, long token, int takeovers);

    [LoggerMessage(Level = LogLevel.Error, Message = "Thread {ThreadId} is parked: {Takeovers} owners in a row died with it")]
    private partial void LogParked(ThreadId threadId, int takeovers);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The run of thread {ThreadId}, token {Token}, ended without its lease")]
    private partial void LogRunEndedWithoutLease(Exception exception, ThreadId threadId, long token);

    [LoggerMessage(Level = LogLevel.Error, Message = "The run of thread {ThreadId}, token {Token}, cannot write; its lease runs out")]
    private partial void LogStoreFailed(Exception exception, ThreadId threadId, long token);

    [LoggerMessage(Level = LogLevel.Error, Message = "The run of thread {ThreadId}, token {Token}, failed")]
    private partial void LogRunFailed(Exception exception, ThreadId threadId, long token);
}
