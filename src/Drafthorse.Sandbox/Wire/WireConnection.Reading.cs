using System.Buffers.Binary;
using System.Text;

namespace Drafthorse.Sandbox.Wire;

/// <content>What comes from the other end, checked.</content>
internal sealed partial class WireConnection
{
    private const int ReadBuffer = 80 * 1024;

    private async Task ReadAsync()
    {
        try
        {
            byte[] buffer = new byte[ReadBuffer];
            int start = 0;
            int end = 0;
            bool greeted = false;
            while (true)
            {
                if (start == end)
                {
                    start = end = 0;
                }
                else if (buffer.Length - start < WireFrame.HeaderSize + WireLimits.MaxPayload)
                {
                    buffer.AsSpan(start, end - start).CopyTo(buffer);
                    (start, end) = (0, end - start);
                }

                int read = await _stream.ReadAsync(buffer.AsMemory(end), _closed.Token).ConfigureAwait(false);
                if (read == 0)
                {
                    End(new WireException(WireEnd.Lost, "The stream to the sandbox ended."));
                    return;
                }

                end += read;
                if (!greeted && end >= WireFrame.Preface.Length)
                {
                    CheckPreface(buffer);
                    start = WireFrame.Preface.Length;
                    greeted = true;
                }

                if (greeted)
                    start += TakeFrames(buffer.AsSpan(start, end - start));
            }
        }
        catch (WireException e)
        {
            await LeaveAsync("violation", e.Message, e).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException or NotSupportedException)
        {
            End(new WireException(WireEnd.Lost, $"The stream to the sandbox broke: {e.Message}", null, e));
        }
    }

    private static void CheckPreface(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> preface = WireFrame.Preface;
        if (!bytes.StartsWith(preface[..^2]))
            throw WireException.Violation("it does not speak the wire's language");

        int version = BinaryPrimitives.ReadUInt16BigEndian(bytes[(preface.Length - 2)..]);
        if (version != WireLimits.Version)
            throw WireException.Violation($"it speaks wire version {version}, this end {WireLimits.Version}; use a sandboxd of the same release");
    }

    private int TakeFrames(ReadOnlySpan<byte> bytes)
    {
        int taken = 0;
        while (bytes.Length - taken >= WireFrame.HeaderSize && Error is null)
        {
            WireFrame frame = WireFrame.Read(bytes[taken..]);
            if (frame.Length > WireLimits.MaxPayload)
                throw WireException.Violation($"a frame of {frame.Length} bytes; {WireLimits.MaxPayload} are allowed");

            if (bytes.Length - taken - WireFrame.HeaderSize < frame.Length)
                break;

            Take(frame, bytes.Slice(taken + WireFrame.HeaderSize, frame.Length));
            taken += WireFrame.HeaderSize + frame.Length;
        }

        return taken;
    }

    private void Take(WireFrame frame, ReadOnlySpan<byte> payload)
    {
        bool endAllowed = frame.Type is WireFrameType.Open or WireFrameType.Data;
        if (frame.End && !endAllowed)
            throw WireException.Violation("an end flag where none belongs");

        if (frame.Id == 0)
        {
            TakeForConnection(frame, payload);
            return;
        }

        if (frame.Type == WireFrameType.Open)
        {
            TakeOpen(frame, payload);
            return;
        }

        if (frame.Id >= (IsOwn(frame.Id) ? Volatile.Read(ref _nextOwnId) : _nextPeerId))
            throw WireException.Violation("a frame for a stream that was never opened");

        // A stream that is over here may still be written to there: what is late is dropped.
        _streams.TryGetValue(frame.Id, out WireStream? stream);
        switch (frame.Type)
        {
            case WireFrameType.Data:
                stream?.Receive(payload, frame.End);
                break;
            case WireFrameType.Credit when payload.Length == 4:
                stream?.ReceiveCredit(BinaryPrimitives.ReadUInt32LittleEndian(payload));
                break;
            case WireFrameType.Stop when payload.IsEmpty:
                stream?.ReceiveStop();
                break;
            case WireFrameType.Abort:
                (string code, string text) = ReadError(payload);
                stream?.ReceiveAbort(code, text);
                break;
            default:
                throw WireException.Violation($"a frame of type {(byte)frame.Type} with {payload.Length} bytes for a stream");
        }
    }

    private void TakeForConnection(WireFrame frame, ReadOnlySpan<byte> payload)
    {
        switch (frame.Type)
        {
            case WireFrameType.Ping when payload.Length == 8:
                PostPing(WireFrameType.Pong, BinaryPrimitives.ReadUInt64LittleEndian(payload));
                break;
            case WireFrameType.Pong when payload.Length == 8:
                if (_pings.TryRemove(BinaryPrimitives.ReadUInt64LittleEndian(payload), out TaskCompletionSource? ping))
                    ping.TrySetResult();
                break;
            case WireFrameType.Close:
                (string code, string text) = ReadError(payload);
                End(new WireException(WireEnd.ClosedByPeer, $"The other end closed the connection: {text}", code));
                break;
            default:
                throw WireException.Violation($"a frame of type {(byte)frame.Type} with {payload.Length} bytes for the connection");
        }
    }

    private void TakeOpen(WireFrame frame, ReadOnlySpan<byte> payload)
    {
        if (IsOwn(frame.Id) || frame.Id != _nextPeerId)
            throw WireException.Violation("it opens a stream with an id that is not its next");

        string method = WireFrame.ReadName(payload, out ReadOnlySpan<byte> head);
        if (head.Length > WireLimits.MaxHead)
            throw WireException.Violation($"a head of {head.Length} bytes; {WireLimits.MaxHead} are allowed");

        if (_nextPeerId > uint.MaxValue - 2)
            throw WireException.Violation("it has used all its stream ids");

        _nextPeerId += 2;
        if (Volatile.Read(ref _answering) >= WireLimits.MaxStreams)
        {
            Post(new WireFrame(frame.Id, WireFrameType.Abort, false, 0),
                WireFrame.Error(CallCodes.Busy, $"{WireLimits.MaxStreams} calls are under way; the next must wait."));
            return;
        }

        if (Volatile.Read(ref _handlers).Find(method) is not { } handler)
        {
            Post(new WireFrame(frame.Id, WireFrameType.Abort, false, 0),
                WireFrame.Error(CallCodes.UnknownMethod, $"There is no method {method} here."));
            return;
        }

        var stream = new WireStream(this, frame.Id, method, incoming: true, sendEnded: false);
        _streams[frame.Id] = stream;
        if (frame.End)
            stream.Receive([], last: true);
        if (Error is { } error)
            stream.Fail(error, byPeer: false);

        Interlocked.Increment(ref _answering);
        ThreadPool.UnsafeQueueUserWorkItem(static call => _ = call.stream.Connection.AnswerAsync(call.stream, call.handler, call.head),
            (stream, handler, head: head.ToArray()), preferLocal: false);
    }

    private async Task AnswerAsync(WireStream stream, WireHandler handler, byte[] head)
    {
        try
        {
            await handler(stream, head, stream.PeerGone).ConfigureAwait(false);
            await stream.CompleteWritesAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (SandboxCallException e)
        {
            stream.Abort(e.Code, e.Message);
        }
        catch (OperationCanceledException)
        {
            stream.Abort(CallCodes.Cancelled, "The call was cancelled.");
        }
        catch (Exception e)
        {
            // The top of a call: a defect ends this call, not the connection. The sandbox may hear no detail of the host.
            stream.Abort(CallCodes.Internal, _side == WireSide.Daemon ? $"{e.GetType().Name}: {e.Message}" : "The host failed to answer.");
        }
        finally
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            if (Interlocked.Decrement(ref _answering) == 0 && Error is not null)
                _answered.TrySetResult();
        }
    }

    private bool IsOwn(uint id) => (id & 1) == (_side == WireSide.Host ? 1u : 0u);

    private static (string Code, string Text) ReadError(ReadOnlySpan<byte> payload)
    {
        string code = WireFrame.ReadName(payload, out ReadOnlySpan<byte> text);
        if (text.Length > WireLimits.MaxErrorText)
            throw WireException.Violation("an error with too long a text");

        return (code, Encoding.UTF8.GetString(text));
    }
}
