namespace Drafthorse.Sandbox.Wire;

/// <summary>Puts the frames of all streams into one byte stream. A sender copies its frame into a buffer; whoever finds nobody
/// writing writes, so a lone frame leaves on its caller's thread and frames of busy times leave together.</summary>
internal sealed class WireWriter(Stream stream, Action<Exception> failed, CancellationToken closed)
{
    private const int InitialBuffer = 4 * 1024;
    private const int RoundsOnCallersThread = 4;

    private readonly Lock _gate = new();
    private byte[] _pending = new byte[InitialBuffer];
    private byte[] _writing = new byte[InitialBuffer];
    private int _length;
    private bool _busy;
    private TaskCompletionSource? _drained;
    private TaskCompletionSource? _written;

    /// <summary>Appends what must not wait; the other end is cut off when it asks for more than it reads.</summary>
    public void Post(WireFrame frame, ReadOnlySpan<byte> payload)
    {
        bool flooded;
        lock (_gate)
        {
            flooded = _length > WireLimits.MaxPending;
            if (!flooded)
            {
                Append(frame, payload);
                if (_busy)
                    return;

                _busy = true;
            }
        }

        if (flooded)
            failed(WireException.Violation("it makes answers due faster than it reads them"));
        else
            _ = WriteOutAsync();
    }

    /// <summary>Appends bytes that stand before all frames.</summary>
    public void PostRaw(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            bytes.CopyTo(Reserve(bytes.Length));
        }
    }

    /// <summary>Writes out what waits.</summary>
    public void Kick()
    {
        lock (_gate)
        {
            if (_busy)
                return;

            _busy = true;
        }

        _ = WriteOutAsync();
    }

    /// <summary>Appends when less than <see cref="WireLimits.HighWater"/> bytes wait; until then waits itself.</summary>
    public ValueTask SendAsync(WireFrame frame, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        Task drained;
        lock (_gate)
        {
            if (_length < WireLimits.HighWater)
            {
                Append(frame, payload.Span);
                if (_busy)
                    return ValueTask.CompletedTask;

                _busy = true;
                drained = Task.CompletedTask;
            }
            else
            {
                _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                drained = _drained.Task;
            }
        }

        if (!drained.IsCompleted)
            return new ValueTask(SendLaterAsync(drained, frame, payload, cancellationToken));

        _ = WriteOutAsync();
        return ValueTask.CompletedTask;
    }

    private async Task SendLaterAsync(Task drained, WireFrame frame, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        await drained.WaitAsync(cancellationToken).ConfigureAwait(false);
        closed.ThrowIfCancellationRequested();
        await SendAsync(frame, payload, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends when nothing waits to be written.</summary>
    public Task WrittenAsync()
    {
        lock (_gate)
        {
            if (!_busy)
                return Task.CompletedTask;

            _written ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _written.Task;
        }
    }

    /// <summary>Lets senders go that wait for room in a connection that has ended.</summary>
    public void Release()
    {
        lock (_gate)
        {
            _drained?.TrySetResult();
            _drained = null;
        }
    }

    private async Task WriteOutAsync()
    {
        try
        {
            for (int round = 0; ; round++)
            {
                if (round == RoundsOnCallersThread)
                    await Task.Yield();

                ReadOnlyMemory<byte> bytes = Take();
                if (bytes.IsEmpty)
                    return;

                await stream.WriteAsync(bytes, closed).ConfigureAwait(false);
                await stream.FlushAsync(closed).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException or NotSupportedException)
        {
            failed(e);
        }
    }

    private ReadOnlyMemory<byte> Take()
    {
        lock (_gate)
        {
            if (_length == 0)
            {
                _busy = false;
                _written?.TrySetResult();
                _written = null;
                return default;
            }

            (_pending, _writing) = (_writing, _pending);
            ReadOnlyMemory<byte> bytes = _writing.AsMemory(0, _length);
            _length = 0;
            _drained?.TrySetResult();
            _drained = null;
            return bytes;
        }
    }

    private void Append(WireFrame frame, ReadOnlySpan<byte> payload)
    {
        Span<byte> target = Reserve(WireFrame.HeaderSize + payload.Length);
        frame.Write(target);
        payload.CopyTo(target[WireFrame.HeaderSize..]);
    }

    private Span<byte> Reserve(int length)
    {
        if (_pending.Length - _length < length)
            Array.Resize(ref _pending, Math.Max(_pending.Length * 2, _length + length));

        Span<byte> target = _pending.AsSpan(_length, length);
        _length += length;
        return target;
    }
}
