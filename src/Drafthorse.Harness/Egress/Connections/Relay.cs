using System.Buffers;
using Drafthorse.Sandbox.Doors;

namespace Drafthorse.Harness.Egress.Connections;

/// <summary>Carries bytes both ways between a sandbox and the outside, counted and limited.</summary>
internal sealed class Relay(Stream sandbox, Stream upstream, EgressSettings settings, TimeProvider time) : IDisposable
{
    private const int BufferSize = 64 * 1024;
    private static readonly TimeSpan LingerTime = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _idle = new(settings.IdleTime, time);
    private volatile bool _answered;

    public long BytesUp { get; private set; }

    public long BytesDown { get; private set; }

    /// <summary>Runs until both sides are done. Throws what stopped one of them before its end.</summary>
    public async Task RunAsync(Func<Relay, CancellationToken, Task> send, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _idle.Token);
        var up = UpAsync(send, end.Token);
        var down = DownAsync(end.Token);
        var first = await Task.WhenAny(up, down).ConfigureAwait(false);
        if (first.IsFaulted)
            await end.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(up, down).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        foreach (var side in new[] { up, down })
        {
            if (side.Exception?.InnerException is EgressException)
                await side.ConfigureAwait(false);
        }

        if (first.IsFaulted)
            await first.ConfigureAwait(false);
        if (!_answered)
            throw new IOException("The connection was idle.");
    }

    public void Dispose() => _idle.Dispose();

    /// <summary>Sends bytes to the outside.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        BytesUp = Count(BytesUp, bytes.Length);
        await upstream.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends all that is left of the input.</summary>
    public async Task SendAllAsync(ReadBuffer input, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            int count;
            while ((count = await input.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
                await SendAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Reads to the end of the input, so that its end is seen, and sends nothing.</summary>
    public async Task DiscardAsync(ReadBuffer input, CancellationToken cancellationToken)
    {
        var buffer = new byte[1024];
        int count;
        while ((count = await input.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            BytesUp = Count(BytesUp, count);
    }

    private async Task UpAsync(Func<Relay, CancellationToken, Task> send, CancellationToken cancellationToken)
    {
        await send(this, cancellationToken).ConfigureAwait(false);
        await HalfClose.CompleteWritesAsync(upstream, cancellationToken).ConfigureAwait(false);
    }

    private async Task DownAsync(CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            int count;
            while ((count = await upstream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                BytesDown = Count(BytesDown, count);
                await sandbox.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            }

            await HalfClose.CompleteWritesAsync(sandbox, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        _answered = true;
        _idle.CancelAfter(LingerTime);
    }

    private long Count(long before, int count)
    {
        if (!_answered)
            _idle.CancelAfter(settings.IdleTime);
        return before + count <= settings.MaxBytes ? before + count : throw EgressException.Failed($"more than {settings.MaxBytes} bytes");
    }
}
