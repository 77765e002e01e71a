using System.Buffers;

namespace Drafthorse.Webhooks;

/// <summary>A body that arrives: its blocks can be taken away until it is whole.</summary>
internal sealed class WebhookBody : IDisposable
{
    private readonly UnverifiedBodies _all;
    private readonly LinkedListNode<WebhookBody> _place;
    private readonly List<byte[]> _blocks = [];
    private readonly CancellationTokenSource _evicted = new();

    public WebhookBody(UnverifiedBodies all, LinkedList<WebhookBody> arriving)
    {
        _all = all;
        _place = arriving.AddLast(this);
        Evicted = _evicted.Token;
    }

    /// <summary>Cancelled when the memory was needed for others.</summary>
    public CancellationToken Evicted { get; }

    public int Length { get; private set; }

    /// <summary>Adds a part. Throws <see cref="OperationCanceledException"/> when the body was evicted.</summary>
    public async ValueTask AppendAsync(ReadOnlySequence<byte> part, CancellationToken cancellationToken)
    {
        foreach (var piece in part)
        {
            for (var rest = piece; rest.Length > 0;)
            {
                Task returned;
                lock (_all.Gate)
                {
                    Evicted.ThrowIfCancellationRequested();
                    var at = Length % UnverifiedBodies.BlockSize;
                    if (at > 0 || _all.Take(this, out returned) is { } block && Add(block))
                    {
                        var count = Math.Min(rest.Length, UnverifiedBodies.BlockSize - at);
                        rest[..count].CopyTo(_blocks[^1].AsMemory(at));
                        Length += count;
                        rest = rest[count..];
                        continue;
                    }
                }

                await returned.WaitAsync(cancellationToken);
            }
        }
    }

    /// <summary>All of it, from now on safe from eviction. Throws <see cref="OperationCanceledException"/> when the body was evicted.</summary>
    public ReadOnlySequence<byte> Complete()
    {
        lock (_all.Gate)
        {
            Evicted.ThrowIfCancellationRequested();
            _place.List?.Remove(_place);
        }

        if (_blocks.Count <= 1)
            return _blocks.Count == 0 ? default : new ReadOnlySequence<byte>(_blocks[0], 0, Length);
        var first = new Segment(_blocks[0], 0);
        var last = first;
        for (var i = 1; i < _blocks.Count; i++)
            last = last.Then(_blocks[i]);
        return new ReadOnlySequence<byte>(first, 0, last, Length - (int)last.RunningIndex);
    }

    /// <summary>Takes the blocks away, unless the body is whole. Under the gate.</summary>
    public bool TryEvict()
    {
        if (_place.List is null)
            return false;
        _place.List.Remove(_place);
        _all.Return(this, _blocks);

        // Marks it at once; the one who reads it goes on elsewhere.
        _ = _evicted.CancelAsync();
        return true;
    }

    public void Dispose()
    {
        lock (_all.Gate)
        {
            _place.List?.Remove(_place);
            _all.Return(this, _blocks);
        }
    }

    private bool Add(byte[] block)
    {
        _blocks.Add(block);
        return true;
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(byte[] block, long start) => (Memory, RunningIndex) = (block, start);

        public Segment Then(byte[] block)
        {
            var next = new Segment(block, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
