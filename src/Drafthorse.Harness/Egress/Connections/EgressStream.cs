using System.Net.Sockets;
using Drafthorse.Sandbox.Streams;

namespace Drafthorse.Harness.Egress.Connections;

/// <summary>A connection that the host itself makes through the gate; counted as it is used, recorded when it is closed.</summary>
internal sealed class EgressStream(NetworkStream inner, Action<long, long> closed) : ForwardStream
{
    private long _up;
    private long _down;
    private int _closed;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        _down += count;
        return count;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _up += buffer.Length;
        return inner.WriteAsync(buffer, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _closed, 1) == 0)
        {
            inner.Dispose();
            closed(_up, _down);
        }

        base.Dispose(disposing);
    }
}
