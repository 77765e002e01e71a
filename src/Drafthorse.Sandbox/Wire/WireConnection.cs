using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;

namespace Drafthorse.Sandbox.Wire;

/// <summary>
/// Many streams over one duplex byte stream, with flow control for each. Both ends are the same: either opens streams and answers
/// the methods it has handlers for. All that comes from the other end is checked; an end that breaks the protocol loses the
/// connection and nothing else.
/// </summary>
internal sealed partial class WireConnection : IAsyncDisposable
{
    private const int MaxPingsUnderWay = 64;
    private static readonly TimeSpan FarewellTime = TimeSpan.FromSeconds(1);

    private readonly Stream _stream;
    private readonly WireWriter _writer;
    private readonly ConcurrentDictionary<uint, WireStream> _streams = new();
    private readonly ConcurrentDictionary<ulong, TaskCompletionSource> _pings = new();
    private readonly CancellationTokenSource _closed = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _openGate = new();
    private readonly WireSide _side;
    private WireHandlers _handlers;
    private WireException? _error;
    private ulong _lastPing;
    private uint _nextOwnId;
    private uint _nextPeerId;
    private int _answering;

    private WireConnection(Stream stream, WireSide side, WireHandlers handlers)
    {
        _stream = stream;
        _side = side;
        _handlers = handlers;
        _nextOwnId = side == WireSide.Host ? 1u : 2u;
        _nextPeerId = side == WireSide.Host ? 2u : 1u;
        _writer = new WireWriter(stream, WriteFailed, _closed.Token);
        _writer.PostRaw(WireFrame.Preface);
    }

    /// <summary>Ends when the connection has ended, and never fails; <see cref="Error"/> then says why.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Cancelled when the connection has ended.</summary>
    public CancellationToken Closed => _closed.Token;

    /// <summary>Why the connection has ended; null while it lives.</summary>
    public WireException? Error => Volatile.Read(ref _error);

    /// <summary>Ends when the connection has ended and all its handlers have.</summary>
    internal Task Answered => _answered.Task;

    /// <summary>Starts a connection on a byte stream, which it owns from now on.</summary>
    public static WireConnection Start(Stream stream, WireSide side, WireHandlers handlers)
    {
        var connection = new WireConnection(stream, side, handlers);
        connection._writer.Kick();
        _ = Task.Run(connection.ReadAsync);
        return connection;
    }

    /// <summary>Opens a stream to a method of the other end. <paramref name="head"/> has at most <see cref="WireLimits.MaxHead"/>
    /// bytes. An unknown method shows when the stream is read. Throws <see cref="WireException"/>.</summary>
    public Task<WireStream> OpenAsync(string method, ReadOnlyMemory<byte> head, CancellationToken cancellationToken) =>
        OpenAsync(method, head, endsWrites: false, cancellationToken);

    /// <summary>The time that the shortest way there and back takes.</summary>
    public async Task<TimeSpan> PingAsync(CancellationToken cancellationToken)
    {
        ulong id = Interlocked.Increment(ref _lastPing);
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_pings.Count >= MaxPingsUnderWay)
            throw new InvalidOperationException($"{MaxPingsUnderWay} pings are under way.");

        _pings[id] = answered;
        try
        {
            ThrowIfEnded();
            long start = Stopwatch.GetTimestamp();
            PostPing(WireFrameType.Ping, id);
            await answered.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            return Stopwatch.GetElapsedTime(start);
        }
        finally
        {
            _pings.TryRemove(id, out _);
        }
    }

    /// <summary>Tells the other end why and ends the connection.</summary>
    public Task CloseAsync(string code, string message) =>
        LeaveAsync(code, message, new WireException(WireEnd.Closed, $"The connection was closed: {message}", code));

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        End(new WireException(WireEnd.Closed, "The connection was closed."));
        return ValueTask.CompletedTask;
    }

    internal void UseHandlers(WireHandlers handlers) => Volatile.Write(ref _handlers, handlers);

    internal Task<WireStream> OpenAsync(string method, ReadOnlyMemory<byte> head, bool endsWrites, CancellationToken cancellationToken)
    {
        WireStream.CheckMethod(method);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(head.Length, WireLimits.MaxHead, nameof(head));
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfEnded();

        WireStream stream;
        lock (_openGate)
        {
            if (_nextOwnId > uint.MaxValue - 2)
                throw new WireException(WireEnd.Lost, "The connection has used all its stream ids; attach again.");

            stream = new WireStream(this, _nextOwnId, method, incoming: false, sendEnded: endsWrites);
            _streams[stream.Id] = stream;
            _nextOwnId += 2;

            // Ids rise on the wire, so the frame is appended under the same lock.
            Post(new WireFrame(stream.Id, WireFrameType.Open, endsWrites, 0), WireFrame.Named(method, head.Span));
        }

        if (Error is { } error)
            stream.Fail(error, byPeer: false);

        return Task.FromResult(stream);
    }

    internal void Post(WireFrame frame, ReadOnlySpan<byte> payload) => _writer.Post(frame with { Length = payload.Length }, payload);

    internal ValueTask SendAsync(WireFrame frame, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        ThrowIfEnded();
        return _writer.SendAsync(frame, payload, cancellationToken);
    }

    internal void Remove(WireStream stream) => _streams.TryRemove(stream.Id, out _);

    private async Task LeaveAsync(string code, string message, WireException why)
    {
        if (Error is null)
        {
            Post(new WireFrame(0, WireFrameType.Close, false, 0), WireFrame.Error(code, message));
            await Task.WhenAny(_writer.WrittenAsync(), Task.Delay(FarewellTime, _closed.Token)).ConfigureAwait(false);
        }

        End(why);
    }

    private void PostPing(WireFrameType type, ulong id)
    {
        Span<byte> payload = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(payload, id);
        Post(new WireFrame(0, type, false, 0), payload);
    }

    private void WriteFailed(Exception e) =>
        End(e as WireException ?? new WireException(WireEnd.Lost, $"The stream to the sandbox broke: {e.Message}", null, e));

    private void End(WireException why)
    {
        if (Interlocked.CompareExchange(ref _error, why, null) is not null)
            return;

        _ = _closed.CancelAsync();
        foreach (WireStream stream in _streams.Values)
            stream.Fail(why, byPeer: false);

        foreach (TaskCompletionSource ping in _pings.Values)
            ping.TrySetException(why);

        _streams.Clear();
        _writer.Release();
        if (Volatile.Read(ref _answering) == 0)
            _answered.TrySetResult();

        _ = DisposeStreamAsync();
    }

    private async Task DisposeStreamAsync()
    {
        try
        {
            await _stream.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // A stream that broke may fail to close; the connection has its reason already.
        }
        finally
        {
            _completion.TrySetResult();
        }
    }

    private void ThrowIfEnded()
    {
        if (Error is { } error)
            throw new WireException(error.End, error.Message, error.Code, error);
    }
}
