using System.Buffers;
using Drafthorse.Webhooks;

namespace Drafthorse.Tests.Webhooks;

public sealed class UnverifiedBodiesTests
{
    private const int Block = UnverifiedBodies.BlockSize;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(Block)]
    [InlineData((3 * Block) + 17)]
    public async Task Complete_IsWhatCame(int length)
    {
        var bytes = new byte[length];
        new Random(1).NextBytes(bytes);
        using var body = new UnverifiedBodies(10 * Block).Open();

        foreach (var part in bytes.Chunk(1000))
            await body.AppendAsync(new ReadOnlySequence<byte>(part), Ct);

        Assert.Equal(bytes, body.Complete().ToArray());
    }

    [Fact]
    public async Task Full_TheOldestGivesWay_AndTheNewestIsWhole()
    {
        var bodies = new UnverifiedBodies(4 * Block);
        using var first = bodies.Open();
        using var second = bodies.Open();
        using var newest = bodies.Open();
        await AddAsync(first, 2 * Block);
        await AddAsync(second, 2 * Block);

        await AddAsync(newest, 1);

        Assert.True(first.Evicted.IsCancellationRequested);
        Assert.False(second.Evicted.IsCancellationRequested);
        Assert.Equal(1, newest.Complete().Length);
        Assert.Equal(3 * Block, bodies.Used);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => AddAsync(first, 1));
        Assert.ThrowsAny<OperationCanceledException>(() => first.Complete());
    }

    [Fact]
    public async Task Full_OfWholeBodies_NobodyLosesWhatIsBeingVerified()
    {
        var bodies = new UnverifiedBodies(2 * Block);
        using var whole = bodies.Open();
        using var next = bodies.Open();
        await AddAsync(whole, 2 * Block);
        whole.Complete();

        var adding = AddAsync(next, 1);
        Assert.False(adding.IsCompleted);
        whole.Dispose();
        await adding;

        Assert.False(whole.Evicted.IsCancellationRequested);
        Assert.Equal(Block, bodies.Used);
    }

    [Fact]
    public async Task Large_OnlyOneIs_AndSmallOnesAreNotTouched()
    {
        var bodies = new UnverifiedBodies(UnverifiedBodies.SmallBody * 2);
        using var first = bodies.Open();
        using var second = bodies.Open();
        await AddAsync(first, UnverifiedBodies.SmallBody + (5 * Block));

        await AddAsync(second, UnverifiedBodies.SmallBody);
        Assert.False(first.Evicted.IsCancellationRequested);
        await AddAsync(second, 1);

        Assert.True(first.Evicted.IsCancellationRequested);
        Assert.Equal(UnverifiedBodies.SmallBody + Block, bodies.Used);
        second.Dispose();
        Assert.Equal(0, bodies.Used);
    }

    [Fact]
    public async Task Dispose_GivesAllBack()
    {
        var bodies = new UnverifiedBodies(4 * Block);
        var body = bodies.Open();
        await AddAsync(body, 3 * Block);

        body.Dispose();
        body.Dispose();

        Assert.Equal(0, bodies.Used);
    }

    private static Task AddAsync(WebhookBody body, int length) => body.AppendAsync(new ReadOnlySequence<byte>(new byte[length]), Ct).AsTask();
}
