using Drafthorse.Harness.Channels;
using Drafthorse.Harness.Diagnostics;
using Drafthorse.Harness.Threads;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drafthorse.Harness.Outbox;

/// <summary>
/// Carries out the outbox: hands each due entry to its channel, bounded by a timeout shorter than its lease, and writes down what
/// came of it. What fails for now is tried again later; what cannot succeed, or did not for too long, is journaled as given up.
/// </summary>
public sealed partial class OutboxDispatcher
{
    private readonly IThreadStore _store;
    private readonly IReadOnlyList<IChannel> _channels;
    private readonly OutboxDispatcherOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;

    /// <summary>Checks the options; <see cref="RunAsync"/> starts the work.</summary>
    public OutboxDispatcher(
        IThreadStore store,
        IEnumerable<IChannel> channels,
        OutboxDispatcherOptions options,
        TimeProvider? timeProvider = null,
        ILogger<OutboxDispatcher>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(options.CallTimeout, options.LeaseTime);
        _store = store;
        _channels = [.. channels];
        _options = options;
        _timeProvider = timeProvider ?? TimeProvider.System;
        _logger = logger ?? NullLogger<OutboxDispatcher>.Instance;
    }

    /// <summary>Works until <paramref name="stopping"/> is cancelled, then lets the calls in flight end.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var slots = new SemaphoreSlim(_options.Concurrency);
        try
        {
            await ClaimAsync(slots, stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            for (var i = 0; i < _options.Concurrency; i++)
            {
                await slots.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private async Task ClaimAsync(SemaphoreSlim slots, CancellationToken stopping)
    {
        Task? change = null;
        while (true)
        {
            await slots.WaitAsync(stopping).ConfigureAwait(false);
            OutboxEntry? entry = null;
            try
            {
                change ??= _store.WaitForChangeAsync(null, _options.PollInterval * (0.75 + (Random.Shared.NextDouble() / 2)), stopping);
                entry = await TryClaimAsync(stopping).ConfigureAwait(false);
            }
            finally
            {
                if (entry is null)
                {
                    slots.Release();
                }
            }

            if (entry is not null)
            {
                _ = DispatchAsync(entry, slots);
                continue;
            }

            await change.ConfigureAwait(false);
            change = null;
        }
    }

    private async Task<OutboxEntry?> TryClaimAsync(CancellationToken stopping)
    {
        try
        {
            return await _store.ClaimOutboxAsync(_options.LeaseTime, _options.Only, stopping).ConfigureAwait(false);
        }
        catch (ThreadStoreException exception)
        {
            LogStoreFailed(exception);
            await Task.Delay(_options.PollInterval, _timeProvider, stopping).ConfigureAwait(false);
            return null;
        }
    }

    private async Task DispatchAsync(OutboxEntry entry, SemaphoreSlim slots)
    {
        using var scope = _logger.BeginScope(new ThreadLogScope(entry.Thread));
        try
        {
            // Off the claiming loop's thread, whatever the channel does before its first await.
            await Task.Yield();
            var completion = Find(entry) is { } channel
                ? await PerformAsync(channel, entry).ConfigureAwait(false)
                : WithoutChannel(entry);
            if (!await _store.CompleteOutboxAsync(completion, CancellationToken.None).ConfigureAwait(false))
            {
                LogDispatchLost(entry.Kind, entry.Key, entry.Thread.Id);
            }
        }
        catch (ThreadStoreException exception)
        {
            // The dispatch lease runs out, and the effect is found by its marker on the next attempt.
            LogStoreFailed(exception);
        }
        finally
        {
            slots.Release();
        }
    }

    private IChannel? Find(OutboxEntry entry) => entry.Kind == Effects.Draft
        ? _channels.FirstOrDefault(channel => channel.CodeHost is { } host && host == entry.Thread.Origin.Repository?.Host)
        : _channels.FirstOrDefault(channel => channel.Name == entry.Thread.Origin.Channel);

    private async Task<OutboxCompletion> PerformAsync(IChannel channel, OutboxEntry entry)
    {
        using var timeout = new CancellationTokenSource(_options.CallTimeout, _timeProvider);
        try
        {
            var result = await channel.PerformAsync(entry, token => _store.HoldsOutboxAsync(entry, token), timeout.Token)
                .WaitAsync(timeout.Token).ConfigureAwait(false);
            return new OutboxCompletion
            {
                Entry = entry,
                Succeeded = true,
                Result = result.Result,
                PullRequest = result.PullRequest,
                Journaled = entry.Kind != Effects.Status,
            };
        }
        catch (EffectException exception) when (!exception.IsTransient)
        {
            LogGivenUp(exception, entry.Kind, entry.Key, entry.Thread.Id);
            return new OutboxCompletion { Entry = entry, Result = exception.Message };
        }
        catch (Exception exception)
        {
            var reason = timeout.IsCancellationRequested && exception is OperationCanceledException
                ? $"{channel.Name} did not answer within {_options.CallTimeout.TotalSeconds:0} s."
                : exception.Message;
            return Retry(entry, exception, reason);
        }
    }

    private OutboxCompletion Retry(OutboxEntry entry, Exception exception, string reason)
    {
        var backoff = _options.FirstBackoff * Math.Pow(2, Math.Min(entry.Attempts, 30));
        var pause = (backoff < _options.MaxBackoff ? backoff : _options.MaxBackoff) * (0.5 + (Random.Shared.NextDouble() / 2));
        if (exception is EffectException { RetryAfter: { } asked } && asked > pause)
        {
            pause = asked;
        }

        var now = _timeProvider.GetUtcNow();
        if (pause > _options.GiveUpAfter - (now - entry.CreatedAt))
        {
            LogGivenUp(exception, entry.Kind, entry.Key, entry.Thread.Id);
            return new OutboxCompletion { Entry = entry, Result = $"Given up after {entry.Attempts + 1} attempts: {reason}" };
        }

        if (exception is EffectException { IsTurn: true })
            LogWaits(entry.Kind, entry.Key, entry.Thread.Id, pause);
        else
            LogRetry(exception, entry.Kind, entry.Key, entry.Thread.Id, pause);
        return new OutboxCompletion { Entry = entry, Result = reason, RetryAt = now + pause };
    }

    private OutboxCompletion WithoutChannel(OutboxEntry entry)
    {
        var owed = entry.Kind == Effects.Draft;
        var result = owed
            ? $"No channel opens drafts on {entry.Thread.Origin.Repository?.Host ?? "no repository"}: set one up, or open it by hand from the branch."
            : $"No channel '{entry.Thread.Origin.Channel}' is set up: the journal holds the answer.";
        LogNoChannel(entry.Kind, entry.Key, entry.Thread.Id, result);
        return new OutboxCompletion { Entry = entry, Result = result, Succeeded = !owed, Journaled = owed };
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The outbox cannot be read or written; trying again")]
    private partial void LogStoreFailed(Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Effect {Kind} {Key} of thread {ThreadId} took longer than its lease; another dispatcher has it")]
    private partial void LogDispatchLost(string kind, string key, ThreadId threadId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Effect {Kind} {Key} of thread {ThreadId} failed; again in {Pause}")]
    private partial void LogRetry(Exception exception, string kind, string key, ThreadId threadId, TimeSpan pause);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Effect {Kind} {Key} of thread {ThreadId} waits its turn: {Pause}")]
    private partial void LogWaits(string kind, string key, ThreadId threadId, TimeSpan pause);

    [LoggerMessage(Level = LogLevel.Error, Message = "Effect {Kind} {Key} of thread {ThreadId} is given up")]
    private partial void LogGivenUp(Exception exception, string kind, string key, ThreadId threadId);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Effect {Kind} {Key} of thread {ThreadId}: {Reason}")]
    private partial void LogNoChannel(string kind, string key, ThreadId threadId, string reason);
}
