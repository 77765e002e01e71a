using Drafthorse.Harness.Models.Replies;
using Microsoft.Extensions.AI;

namespace Drafthorse.Tests.Models.Replies;

public sealed class UsageSettlementTests
{
    [Theory]
    [InlineData(null, null, 5_000, 300)]
    [InlineData(-5L, -7L, 5_000, 300)]
    [InlineData(0L, 0L, 5_000, 300)]
    [InlineData(1L, 1L, 5_000, 300)]
    [InlineData(long.MaxValue, long.MaxValue, 5_000, 300)]
    [InlineData(long.MinValue, 2_000_000_000L, 5_000, 300)]
    [InlineData(6_000L, 250L, 6_000, 250)]
    [InlineData(2_500L, 90_000L, 2_500, 90_000)]
    public void Settle_Report_IsBelievedWhereItCanBeTrue(long? input, long? output, long settledInput, long settledOutput)
    {
        var usage = UsageSettlement.Settle(new UsageDetails { InputTokenCount = input, OutputTokenCount = output, CachedInputTokenCount = long.MaxValue }, 5_000, 300);

        Assert.Equal((settledInput, settledOutput), (usage.Input, usage.Output));
        Assert.InRange(usage.CachedInput, 0, usage.Input);
    }

    [Fact]
    public void Settle_NoReport_IsOurEstimate()
    {
        var usage = UsageSettlement.Settle(null, 5_000, 300);

        Assert.Equal((5_000, 0, 0, 300), (usage.Input, usage.CachedInput, usage.CacheWrite, usage.Output));
    }

    [Fact]
    public void Sane_AnyReport_AddsUp()
    {
        var usage = UsageSettlement.Sane(new UsageDetails { InputTokenCount = long.MaxValue, OutputTokenCount = long.MinValue, CachedInputTokenCount = -1 });

        Assert.InRange(usage.Input + usage.Output + usage.CachedInput, 0, long.MaxValue / 1000);
    }
}
