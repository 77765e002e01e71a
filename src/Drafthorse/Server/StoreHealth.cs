using System.Diagnostics.Metrics;
using Drafthorse.Composition;
using Drafthorse.Harness;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Threads.Archive;

namespace Drafthorse.Server;

/// <summary>Whether the thread store can be used, tried with a write, and which kind it is (<c>drafthorse_store_info{kind}</c>).</summary>
internal sealed class StoreHealth : IDisposable
{
    // Anybody may ask whether the server is ready, as often as they like; each write is flushed to a disk.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    private readonly ThreadStore _store;
    private readonly TimeProvider _time;
    private readonly Meter _meter = new(DrafthorseTelemetry.Meter);
    private readonly SemaphoreSlim _one = new(1, 1);
    private (long At, StoreProbe Probe)? _last;

    public StoreHealth(Platform platform, TimeProvider time)
    {
        (_store, _time) = (platform.Store, time);
        _meter.CreateObservableGauge("drafthorse_store_info", () => new Measurement<int>(1, new KeyValuePair<string, object?>("kind", _store.Kind)), description: "The kind of the thread store: sqlite, postgres or redis.");
    }

    /// <summary>What is known of the store, tried within the last seconds. Throws <see cref="ThreadStoreException"/> when it cannot be used.</summary>
    public async Task<string> TryAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (_last is not { } last || _time.GetElapsedTime(last.At) >= Fresh)
            {
                _last = null;
                last = (_time.GetTimestamp(), await _store.ProbeAsync(cancellationToken));
                _last = last;
            }

            var status = await _store.GetStatusAsync(cancellationToken);
            return $"{_store.Kind}, {last.Probe}; {status.Ready} ready, {status.Running} running, {status.OutboxDepth} effects to do";
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose()
    {
        _meter.Dispose();
        _one.Dispose();
    }
}
