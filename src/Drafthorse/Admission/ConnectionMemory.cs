using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace Drafthorse.Admission;

/// <summary>
/// The memory that connections are read into and written from. Kestrel's own pool pins its blocks for good and lets go of one in twenty each
/// ten seconds, so that a burst holds memory for minutes. This one keeps a few, and the rest are ordinary arrays that go with the next collection.
/// </summary>
internal sealed class ConnectionMemory : MemoryPool<byte>, IMemoryPoolFactory<byte>
{
    /// <summary>Blocks that are kept for the next ones who need some, over all connections.</summary>
    public const int MostKept = 256;

    /// <summary>Bytes of a block.</summary>
    public const int BlockSize = 4096;

    private readonly ConcurrentStack<Block> _free = [];
    private int _kept;

    public override int MaxBufferSize => BlockSize;

    /// <summary>One for all listeners.</summary>
    public MemoryPool<byte> Create(MemoryPoolOptions? options) => this;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockSize);
        if (!_free.TryPop(out var block))
            return new Block(this);
        Interlocked.Decrement(ref _kept);
        return block;
    }

    protected override void Dispose(bool disposing)
    {
        // It goes with the server.
    }

    private void Return(Block block)
    {
        if (Interlocked.Increment(ref _kept) <= MostKept)
            _free.Push(block);
        else
            Interlocked.Decrement(ref _kept);
    }

    private sealed class Block(ConnectionMemory pool) : IMemoryOwner<byte>
    {
        public Memory<byte> Memory { get; } = GC.AllocateUninitializedArray<byte>(BlockSize);

        public void Dispose() => pool.Return(this);
    }
}
