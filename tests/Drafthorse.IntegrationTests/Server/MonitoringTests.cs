using System.Net;
using System.Net.Http.Headers;
using Drafthorse.Harness.Threads.Archive;

namespace Drafthorse.IntegrationTests.Server;

/// <summary>Who is told what of metrics and readiness.</summary>
public sealed class MonitoringTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Loopback_WithoutATokenOfItsOwn_IsOpen()
    {
        await using var world = await ServerWorld.StartAsync();

        Assert.Contains("\"parts\"", await world.Anonymous.GetStringAsync("/healthz/ready", Ct), StringComparison.Ordinal);
        Assert.Contains("drafthorse_", await world.Anonymous.GetStringAsync("/metrics", Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Store_IsNamedAndTried()
    {
        await using var world = await ServerWorld.StartAsync();

        Assert.Matches("\"store\":\"sqlite, written in [0-9.]+ ms, read back in [0-9.]+ ms; 0 ready", await world.Anonymous.GetStringAsync("/healthz/ready", Ct));
        Assert.Matches("drafthorse_store_info{[^}]*kind=\"sqlite\"[^}]*} 1", await world.Anonymous.GetStringAsync("/metrics", Ct));
    }

    [Fact]
    public async Task Store_ThatTakesNoWrites_IsNotReady()
    {
        await using var world = await ServerWorld.StartAsync();
        await world.Platform.Store.ExchangeMarkAsync(StoreClosure.Mark, null, new StoreClosure(ClosureReason.Moved, "the other place").Write(), Ct);

        using var answer = await world.Anonymous.GetAsync("/healthz/ready", Ct);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("were moved to the other place", await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Loopback_ThroughAProxy_IsNotOpen()
    {
        await using var world = await ServerWorld.StartAsync();
        world.Anonymous.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.7");

        await ExpectNothingAsync(world);
    }

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://[::]:0")]
    public async Task ReachableFromElsewhere_TellsNothingWithoutAToken(string urls)
    {
        await using var world = await ServerWorld.StartAsync(urls, ("DRAFTHORSE_API_TOKEN", "the-token-of-tests"));

        await ExpectNothingAsync(world);
        Assert.Contains("script:", await world.Http.GetStringAsync("/healthz/ready", Ct), StringComparison.Ordinal);
        Assert.Contains("drafthorse_", await world.Http.GetStringAsync("/metrics", Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task MetricsToken_OpensMonitoringAndNothingElse()
    {
        await using var world = await ServerWorld.StartAsync("http://0.0.0.0:0", ("DRAFTHORSE_API_TOKEN", "the-token-of-tests"), ("METRICS_TOKEN", "for-metrics-of-tests"));

        await ExpectNothingAsync(world);
        world.Anonymous.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "for-metrics-of-tests");

        Assert.Contains("\"parts\"", await world.Anonymous.GetStringAsync("/healthz/ready", Ct), StringComparison.Ordinal);
        Assert.Contains("drafthorse_", await world.Anonymous.GetStringAsync("/metrics", Ct), StringComparison.Ordinal);
        using var api = await world.Anonymous.GetAsync("/api/threads", Ct);
        Assert.Equal(HttpStatusCode.Unauthorized, api.StatusCode);
    }

    private static async Task ExpectNothingAsync(ServerWorld world)
    {
        Assert.Equal("""{"status":"ready"}""", await world.Anonymous.GetStringAsync("/healthz/ready", Ct));
        Assert.Equal(401, (await ServerWorld.ProblemAsync(world.Anonymous, HttpMethod.Get, "/metrics")).Status);
        Assert.Equal(401, (await ServerWorld.ProblemAsync(world.Anonymous, HttpMethod.Get, "/%6Detrics")).Status);
    }
}
