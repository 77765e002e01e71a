using Drafthorse.Admission;

namespace Drafthorse.Tests.Admission;

public sealed class ConnectionMemoryTests
{
    [Fact]
    public void Rent_AfterABurst_KeepsAFewBlocksAndNoMore()
    {
        using var pool = new ConnectionMemory();
        var burst = Enumerable.Range(0, ConnectionMemory.MostKept * 4).Select(_ => pool.Rent()).ToHashSet();

        foreach (var block in burst)
            block.Dispose();
        var next = Enumerable.Range(0, ConnectionMemory.MostKept * 2).Select(_ => pool.Rent()).ToList();

        Assert.Equal(ConnectionMemory.MostKept, next.Count(burst.Contains));
        Assert.Equal(next.Count, next.Distinct().Count());
    }

    [Fact]
    public void Rent_AgainAndAgain_TakesTheSameBlock()
    {
        using var pool = new ConnectionMemory();
        var first = pool.Rent();
        first.Dispose();

        for (var round = 0; round < ConnectionMemory.MostKept * 2; round++)
        {
            var block = pool.Rent(ConnectionMemory.BlockSize);
            Assert.Same(first, block);
            Assert.Equal(ConnectionMemory.BlockSize, block.Memory.Length);
            block.Dispose();
        }
    }

    [Fact]
    public void Rent_MoreThanABlock_IsRefused()
    {
        using var pool = new ConnectionMemory();

        Assert.Equal(ConnectionMemory.BlockSize, pool.MaxBufferSize);
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Rent(ConnectionMemory.BlockSize + 1));
    }
}
