using System.Threading.Channels;

namespace Drafthorse.Sandbox.Exec.Running;

/// <summary>Output on its way to one reader while the command runs. A slow reader loses pieces, never holds the command up.</summary>
internal sealed class LiveOutput
{
    private const int MaxWaiting = 4 * 1024 * 1024;

    private readonly Channel<Piece> _pieces = Channel.CreateUnbounded<Piece>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private int _waiting;
    private long _skipped;

    /// <summary>Publishes what came before: its head and its tail, of so many bytes altogether.</summary>
    public void CatchUp(bool isError, ReadOnlySpan<byte> head, ReadOnlySpan<byte> tail, long total)
    {
        if (!head.IsEmpty)
            Publish(isError, head);

        _skipped += total - head.Length - tail.Length;
        if (!tail.IsEmpty)
            Publish(isError, tail);
    }

    public void Publish(bool isError, ReadOnlySpan<byte> data)
    {
        if (Volatile.Read(ref _waiting) + data.Length > MaxWaiting)
        {
            _skipped += data.Length;
            return;
        }

        Interlocked.Add(ref _waiting, data.Length);
        if (!_pieces.Writer.TryWrite(new Piece(isError, data.ToArray(), _skipped)))
            return;

        _skipped = 0;
    }

    public void Complete() => _pieces.Writer.TryComplete();

    public async IAsyncEnumerable<Piece> ReadAllAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (Piece piece in _pieces.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return piece;
            Interlocked.Add(ref _waiting, -piece.Data.Length);
        }
    }

    internal readonly record struct Piece(bool IsError, byte[] Data, long Skipped);
}
