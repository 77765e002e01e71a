using Drafthorse.Webhooks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Drafthorse.Tests.Webhooks;

public sealed class RefusedDeliveriesTests
{
    [Fact]
    public void Add_Flood_IsALineAMinuteWithTheCount()
    {
        var time = new FakeTimeProvider();
        var lines = new FakeLogger<RefusedDeliveries>();
        var refused = new RefusedDeliveries(time, lines);

        for (var i = 0; i < 1_000; i++)
            refused.Add("X-Hub-Signature-256 is missing", "198.51.100.7");
        time.Advance(TimeSpan.FromMinutes(1));
        refused.Add("X-Hub-Signature-256 is missing", "198.51.100.8");

        var told = lines.Collector.GetSnapshot();
        Assert.Equal(2, told.Count);
        Assert.All(told, line => Assert.Equal(LogLevel.Warning, line.Level));
        Assert.Contains("from 198.51.100.7", told[0].Message, StringComparison.Ordinal);
        Assert.Contains("999 others", told[1].Message, StringComparison.Ordinal);
    }
}
