using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Drafthorse.Sandbox.Streams;

namespace Drafthorse.Sandbox.Wire;

/// <summary>
/// One stream of a <see cref="WireConnection"/>, opened by either end. Reading returns 0 when the other end has completed its
/// writes and throws <see cref="SandboxCallException"/> when it aborted the stream, <see cref="WireException"/> when the connection
/// ended. One reader and one writer at a time. Disposing a stream that is not over cancels it at the other end.
/// </summary>
internal sealed partial class WireStream : ForwardStream
{
    private static readonly PipeOptions InputOptions = new(pauseWriterThreshold: 0, useSynchronizationContext: false);

    private readonly Pipe _input = new(InputOptions);
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource? _peerGone;
    private int _sendCredit = WireLimits.Window;
    private int _receiveCredit = WireLimits.Window;
    private int _consumed;
    private bool _sendEnded;
    private bool _receiveEnded;
    private bool _stopped;
    private bool _inputCompleted;
    private Exception? _failure;
    private TaskCompletionSource? _creditArrived;

    internal WireStream(WireConnection connection, uint id, string method, bool incoming, bool sendEnded)
    {
        Connection = connection;
        Id = id;
        Method = method;
        _sendEnded = sendEnded;
        _peerGone = incoming ? new CancellationTokenSource() : null;
    }

    /// <summary>The connection that carries this stream.</summary>
    public WireConnection Connection { get; }

    /// <summary>The method that the opener asked for.</summary>
    public string Method { get; }

    /// <summary>Whether the other end ended this stream by itself, as against the connection that was lost.</summary>
    public bool AbortedByPeer { get; private set; }

    internal uint Id { get; }

    internal CancellationToken PeerGone => _peerGone?.Token ?? CancellationToken.None;

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ReadResult result = await _input.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (result.Buffer.IsEmpty)
        {
            _input.Reader.AdvanceTo(result.Buffer.Start);
            return 0;
        }

        ReadOnlySequence<byte> taken = result.Buffer.Slice(0, Math.Min(buffer.Length, result.Buffer.Length));
        taken.CopyTo(buffer.Span);
        int count = (int)taken.Length;
        _input.Reader.AdvanceTo(taken.End);
        GiveCredit(count);
        return count;
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        WriteAsync(buffer, last: false, cancellationToken);

    /// <summary>Writes the last bytes and completes the writing side with them.</summary>
    public ValueTask WriteLastAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken) =>
        WriteAsync(buffer, last: true, cancellationToken);

    /// <summary>Completes the writing side; the other end reads 0 after what was written. Reading goes on. A side that is complete,
    /// or that the other end no longer reads, is left as it is.</summary>
    public ValueTask CompleteWritesAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_sendEnded && _failure is null)
                return ValueTask.CompletedTask;
        }

        return WriteAsync(ReadOnlyMemory<byte>.Empty, last: true, cancellationToken);
    }

    /// <summary>Ends the stream in both directions; the other end sees a <see cref="SandboxCallException"/>.</summary>
    public void Abort(string code, string message)
    {
        if (Fail(new SandboxCallException(code, message), byPeer: false))
        {
            Connection.Post(new WireFrame(Id, WireFrameType.Abort, false, 0), WireFrame.Error(code, message));
            Connection.Remove(this);
        }
    }

    internal static void CheckMethod(string method)
    {
        if (method.Length is 0 or > WireLimits.MaxMethod || method.AsSpan().ContainsAnyExceptInRange('!', '~'))
            throw new ArgumentException($"'{method}' is no method name.", nameof(method));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            if (_sendEnded && _peerGone is not null)
                Stop();
            else
                Abort(CallCodes.Cancelled, "The call was cancelled.");

            _input.Reader.Complete();
        }

        base.Dispose(disposing);
    }

    /// <summary>Reads no more. What this end has written stays good.</summary>
    private void Stop()
    {
        lock (_gate)
        {
            if (_receiveEnded)
                return;

            _stopped = true;
            _receiveEnded = true;
            CompleteInput(null);
        }

        Connection.Post(new WireFrame(Id, WireFrameType.Stop, false, 0), []);
        Connection.Remove(this);
    }

    private async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, bool last, CancellationToken cancellationToken)
    {
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            Task? wait = null;
            int count = 0;
            bool end = false;
            bool over = false;
            lock (_gate)
            {
                ThrowIfSendEnded();
                count = Math.Min(Math.Min(buffer.Length, _sendCredit), WireLimits.MaxPayload);
                if (count == 0 && !buffer.IsEmpty)
                {
                    _creditArrived ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    wait = _creditArrived.Task;
                }
                else
                {
                    end = last && count == buffer.Length;
                    _sendCredit -= count;
                    _sendEnded = end;
                    over = end && _receiveEnded;
                }
            }

            if (wait is not null)
            {
                await wait.WaitAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            if (count > 0 || end)
                await SendAsync(buffer[..count], end, cancellationToken).ConfigureAwait(false);

            buffer = buffer[count..];
            if (over)
                Connection.Remove(this);
        }
        while (!buffer.IsEmpty);
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> data, bool end, CancellationToken cancellationToken)
    {
        try
        {
            await Connection.SendAsync(new WireFrame(Id, WireFrameType.Data, end, data.Length), data, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            // What was promised was not sent: without this the other end would wait for it.
            lock (_gate)
            {
                _sendEnded = _failure is not null;
            }

            Abort(CallCodes.Cancelled, "The writer gave up.");
            throw;
        }
    }

    private void ThrowIfSendEnded()
    {
        if (!_sendEnded)
            return;

        throw _failure switch
        {
            SandboxCallException call => new SandboxCallException(call.Code, call.Message),
            WireException lost => new WireException(lost.End, lost.Message, lost.Code, lost),
            _ => new SandboxCallException(CallCodes.Stopped, "The stream takes no more data."),
        };
    }

    private void GiveCredit(int count)
    {
        uint credit;
        lock (_gate)
        {
            _consumed += count;
            if (_receiveEnded || _consumed < WireLimits.Window / 2)
                return;

            credit = (uint)_consumed;
            _receiveCredit += _consumed;
            _consumed = 0;
        }

        Span<byte> payload = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(payload, credit);
        Connection.Post(new WireFrame(Id, WireFrameType.Credit, false, 0), payload);
    }
}
