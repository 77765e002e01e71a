using Drafthorse.Harness.Threads;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drafthorse.Harness.Runs;

/// <summary>
/// A claimed thread whose lease is kept: renewed every third of its time. When it could not be renewed for two thirds of it,
/// <see cref="Lost"/> is cancelled, before any other owner may start. Disposing it stops the renewal; it does not release the thread.
/// </summary>
public sealed partial class RunLease : IAsyncDisposable
{
    private readonly IThreadStore _store;
    private readonly TimeSpan _leaseTime;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly ITimer _watchdog;
    private readonly Lock _gate = new();
    private Moment _renewed;
    private volatile bool _isReleasing;
    private Task _renewing = Task.CompletedTask;

    private RunLease(IThreadStore store, Claim claim, TimeSpan leaseTime, Moment claimed, TimeProvider timeProvider, ILogger logger)
    {
        _store = store;
        _leaseTime = leaseTime;
        _timeProvider = timeProvider;
        _logger = logger;
        _renewed = claimed;
        Claim = claim;
        Lost = _lost.Token;
        _watchdog = timeProvider.CreateTimer(_ => CheckTime(), null, MaxSilence, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The claim.</summary>
    public Claim Claim { get; }

    /// <summary>The lease that every write of the run carries.</summary>
    public Lease Lease => Claim.Lease;

    /// <summary>Cancelled when the lease is lost, or about to be: the run must stop and write nothing more.</summary>
    public CancellationToken Lost { get; }

    /// <summary>Whether the run was told to stop because the process ends, while the lease was still held.</summary>
    internal bool IsAbandoned { get; private set; }

    private TimeSpan MaxSilence => _leaseTime * 2 / 3;

    /// <summary>Claims the next thread and keeps its lease; null when there is none. The time counts from before the claim.</summary>
    public static async Task<RunLease?> ClaimAsync(
        IThreadStore store, ClaimRequest request, TimeProvider? timeProvider, ILogger? logger, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(request);
        timeProvider ??= TimeProvider.System;
        var started = Moment.Now(timeProvider);
        if (await store.ClaimAsync(request, cancellationToken).ConfigureAwait(false) is not { } claim)
        {
            return null;
        }

        var lease = new RunLease(store, claim, request.LeaseTime, started, timeProvider, logger ?? NullLogger.Instance);
        lease._renewing = lease.RenewAsync();
        return lease;
    }

    /// <summary>Throws when the lease is lost. Looks at the clock itself, so that it holds right after a freeze.</summary>
    /// <exception cref="LeaseLostException">The lease is lost.</exception>
    public void ThrowIfLost()
    {
        CheckTime();
        if (Lost.IsCancellationRequested)
        {
            throw new LeaseLostException(Lease.ThreadId, Lease.Token);
        }
    }

    /// <summary>Gives the thread back, and its state with it.</summary>
    /// <exception cref="LeaseLostException">The lease is lost.</exception>
    public Task ReleaseAsync(ReleaseRequest release, CancellationToken cancellationToken)
    {
        _isReleasing = true;
        return _store.ReleaseAsync(release, cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _watchdog.DisposeAsync().ConfigureAwait(false);
        await _renewing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _lost.Dispose();
    }

    /// <summary>Stops the run though the lease is held.</summary>
    internal void Abandon()
    {
        IsAbandoned = !Lost.IsCancellationRequested;
        try
        {
            _ = _lost.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // The run has ended meanwhile.
        }
    }

    private async Task RenewAsync()
    {
        var pause = _leaseTime / 3;
        while (!_lost.IsCancellationRequested)
        {
            await Task.Delay(pause, _timeProvider, _stop.Token).ConfigureAwait(false);

            // First of all after a freeze: whoever was away too long stops, even if the store would still renew.
            CheckTime();
            if (_lost.IsCancellationRequested)
            {
                return;
            }

            var started = Moment.Now(_timeProvider);
            try
            {
                await _store.RenewAsync(Lease, _leaseTime, _stop.Token).ConfigureAwait(false);
                pause = _leaseTime / 3;
                Renewed(started);
            }
            catch (LeaseLostException) when (_isReleasing)
            {
                return;
            }
            catch (LeaseLostException)
            {
                Lose("another owner took it");
            }
            catch (ThreadStoreException exception)
            {
                LogRenewFailed(exception, Lease.ThreadId, Lease.Token);
                pause = _leaseTime / 15;
            }
        }
    }

    private void Renewed(Moment started)
    {
        lock (_gate)
        {
            _renewed = started;
        }

        var left = MaxSilence - started.Elapsed(_timeProvider);
        _watchdog.Change(left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private void CheckTime()
    {
        TimeSpan silence;
        lock (_gate)
        {
            silence = _renewed.Elapsed(_timeProvider);
        }

        if (silence >= MaxSilence)
        {
            Lose($"not renewed for {silence.TotalSeconds:0.0} s");
        }
    }

    private void Lose(string reason)
    {
        lock (_gate)
        {
            if (_lost.IsCancellationRequested)
            {
                return;
            }

            // Marks the token at once; those who registered on it run elsewhere.
            _ = _lost.CancelAsync();
        }

        RunMetrics.LeasesLost.Add(1);
        LogLost(Lease.ThreadId, Lease.Token, reason);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The lease of thread {ThreadId}, token {Token}, could not be renewed; trying again")]
    private partial void LogRenewFailed(Exception exception, ThreadId threadId, long token);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The lease of thread {ThreadId}, token {Token}, is lost: {Reason}. The run stops")]
    private partial void LogLost(ThreadId threadId, long token, string reason);

    /// <summary>A moment on both clocks: the steady one stands still while the machine sleeps, the wall clock may be set.</summary>
    private readonly record struct Moment(long Timestamp, DateTimeOffset At)
    {
        public static Moment Now(TimeProvider timeProvider) => new(timeProvider.GetTimestamp(), timeProvider.GetUtcNow());

        /// <summary>The longer time of both clocks. A store on this machine goes by the wall clock too.</summary>
        public TimeSpan Elapsed(TimeProvider timeProvider)
        {
            var steady = timeProvider.GetElapsedTime(Timestamp);
            var wall = timeProvider.GetUtcNow() - At;
            return steady > wall ? steady : wall;
        }
    }
}
