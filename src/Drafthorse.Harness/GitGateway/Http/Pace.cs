namespace Drafthorse.Harness.GitGateway.Http;

/// <summary>How long a peer is waited for: no single silence longer than the idle time, and over a request no longer than a while and what
/// its bytes take at the least rate. Who sends a byte now and then is as good as silent.</summary>
internal sealed class Pace(TimeSpan idle, long leastBytesPerSecond, TimeProvider time)
{
    /// <summary>What a peer may take for thinking over one request.</summary>
    public static readonly TimeSpan Allowance = TimeSpan.FromSeconds(60);

    private TimeSpan _waited;
    private long _bytes;

    /// <summary>A new request begins: what the one before took does not count.</summary>
    public void Restart() => (_waited, _bytes) = (TimeSpan.Zero, 0);

    /// <summary>Waits for an exchange with the peer, which tells how many bytes it moved. Throws <see cref="TimeoutException"/> with the reason.</summary>
    public async ValueTask<int> WaitAsync(Func<CancellationToken, ValueTask<int>> exchange, CancellationToken cancellationToken)
    {
        var left = Allowance + TimeSpan.FromSeconds((double)_bytes / leastBytesPerSecond) - _waited;
        if (left <= TimeSpan.Zero)
            throw TooSlow();
        var began = time.GetTimestamp();
        using var patience = new CancellationTokenSource(left < idle ? left : idle, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            var moved = await exchange(either.Token).ConfigureAwait(false);
            _bytes += moved;
            return moved;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw left < idle ? TooSlow() : new TimeoutException($"nothing came for {idle}");
        }
        finally
        {
            _waited += time.GetElapsedTime(began);
        }
    }

    private TimeoutException TooSlow() => new($"slower than {leastBytesPerSecond} bytes a second");
}
