using Drafthorse.Evaluation.Statistics;

namespace Drafthorse.Tests.Evaluation;

public sealed class StatisticsTests
{
    /// <summary>Figures of the usual statistical packages.</summary>
    [Theory]
    [InlineData(0, 10, 0, 0.2775)]
    [InlineData(5, 10, 0.2366, 0.7634)]
    [InlineData(10, 10, 0.7225, 1)]
    [InlineData(33, 36, 0.7817, 0.9713)]
    [InlineData(1, 1, 0.2065, 1)]
    public void Interval_OfTries_IsWilsons(int hits, int tries, double low, double high)
    {
        var interval = new Proportion(hits, tries).Interval;

        Assert.Equal(low, interval.Low, 0.0005);
        Assert.Equal(high, interval.High, 0.0005);
    }

    [Fact]
    public void Interval_NothingTried_SaysNothing() => Assert.Equal(((double?)null, (0.0, 1.0)), (new Proportion(0, 0).Rate, new Proportion(0, 0).Interval));

    [Theory]
    [InlineData(1, 0.5556)]
    [InlineData(2, 0.4444)]
    [InlineData(3, 0.3333)]
    public void PassPower_OfTasks_IsTheMeanOverThem(int k, double expected) =>
        Assert.Equal(expected, PassPower.Of([new(3, 3), new(0, 3), new(2, 3)], k)!.Value, 4);

    [Fact]
    public void PassPower_FewerTriesThanAsked_IsNotKnown() => Assert.Null(PassPower.Of([new(2, 2)], 3));

    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(5, 5, 1)]
    [InlineData(0, 5, 0.0625)]
    [InlineData(5, 0, 0.0625)]
    [InlineData(1, 9, 0.021484)]
    [InlineData(3, 12, 0.035156)]
    public void SignTest_OfPairs_IsExact(int first, int second, double expected) => Assert.Equal(expected, SignTest.PValue(first, second), 5);

    [Fact]
    public void SignTest_ManyPairs_IsANumber() => Assert.InRange(SignTest.PValue(5_000, 5_200), 0.04, 0.05);
}
