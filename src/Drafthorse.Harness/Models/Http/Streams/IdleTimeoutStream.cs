using Drafthorse.Harness.Models.Http.Errors;
using Drafthorse.Sandbox.Streams;

namespace Drafthorse.Harness.Models.Http.Streams;

/// <summary>Reads an answer, and gives up when nothing comes for a while or when it never ends.</summary>
internal sealed class IdleTimeoutStream : ForwardStream
{
    private const long MostBytes = 256L * 1024 * 1024;

    private readonly Stream _inner;
    private readonly ModelSpec _spec;
    private readonly TimeSpan _idle;
    private readonly CancellationToken _cancelled;
    private readonly CancellationTokenSource _silent;
    private readonly ITimer _timer;
    private long _total;

    public IdleTimeoutStream(Stream inner, ModelSpec spec, TimeSpan idle, TimeProvider time, CancellationToken cancellationToken)
    {
        _inner = inner;
        _spec = spec;
        _idle = idle;
        _cancelled = cancellationToken;
        _silent = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _timer = time.CreateTimer(static source => GiveUp((CancellationTokenSource)source!), _silent, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public override bool CanWrite => false;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read;
        try
        {
            _timer.Change(_idle, Timeout.InfiniteTimeSpan);
            read = await _inner.ReadAsync(buffer, _silent.Token).ConfigureAwait(false);
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
        catch (OperationCanceledException exception) when (!_cancelled.IsCancellationRequested)
        {
            throw ProviderErrors.Silent(_spec, _idle, exception);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            throw ProviderErrors.Cut(_spec, "the connection broke", exception);
        }
        catch (InvalidDataException exception)
        {
            throw ProviderErrors.Cut(_spec, "it is not compressed as its header says", exception);
        }

        _total += read;
        return _total <= MostBytes ? read : throw ProviderErrors.Cut(_spec, $"it is longer than {MostBytes / (1024 * 1024)} MiB");
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _timer.Dispose();
            _silent.Dispose();
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>The timer's own thread: what is thrown there ends the process.</summary>
    private static void GiveUp(CancellationTokenSource silent)
    {
        try
        {
            silent.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The answer was read to its end just now.
        }
    }
}
