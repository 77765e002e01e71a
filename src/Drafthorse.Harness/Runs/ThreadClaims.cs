using Drafthorse.Harness.Threads;
using Microsoft.Extensions.Logging;

namespace Drafthorse.Harness.Runs;

/// <summary>Asks the store for threads to run, in the name of one worker and within its limits.</summary>
internal sealed partial class ThreadClaims(IThreadStore store, ThreadWorkerOptions options, OwnerLocks? locks, TimeProvider timeProvider, ILogger logger)
{
    private readonly ClaimRequest _request = new()
    {
        Owner = options.Owner,
        LeaseTime = options.LeaseTime,
        MaxPerUser = options.Limits.PerUser,
        MaxPerRepository = options.Limits.PerRepository,
        MaxPerOrganization = options.Limits.PerOrganization,
    };

    private long? _lookedForTheDead;

    /// <summary>As many claims as that, made at once; null for each that found nothing.</summary>
    public Task<RunLease?[]> NextAsync(int count, CancellationToken stopping) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(_ => TryClaimAsync(stopping)));

    /// <summary>Ends the leases of workers that have died, so that their threads can be claimed.</summary>
    public async Task LookForTheDeadAsync(CancellationToken stopping)
    {
        if (locks is null || (_lookedForTheDead is { } looked && timeProvider.GetElapsedTime(looked) < options.PollInterval))
        {
            return;
        }

        _lookedForTheDead = timeProvider.GetTimestamp();
        try
        {
            foreach (var owner in await locks.EndLeasesOfTheDeadAsync(store, stopping).ConfigureAwait(false))
            {
                LogOwnerDied(owner);
            }
        }
        catch (Exception exception) when (exception is ThreadStoreException or IOException or UnauthorizedAccessException)
        {
            LogFailed(exception);
        }
    }

    private async Task<RunLease?> TryClaimAsync(CancellationToken stopping)
    {
        try
        {
            return await RunLease.ClaimAsync(store, _request, timeProvider, logger, stopping).ConfigureAwait(false);
        }
        catch (ThreadStoreException exception)
        {
            LogFailed(exception);
            await Task.Delay(options.PollInterval, timeProvider, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return null;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // What others have claimed meanwhile must still be run and released.
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The worker {Owner} has died; its threads are taken over at once")]
    private partial void LogOwnerDied(string owner);

    [LoggerMessage(Level = LogLevel.Error, Message = "The thread store cannot be asked for work; trying again")]
    private partial void LogFailed(Exception exception);
}
