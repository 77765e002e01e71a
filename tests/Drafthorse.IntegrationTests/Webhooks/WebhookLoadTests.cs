using Drafthorse.Demo.GitHub;
using Drafthorse.IntegrationTests.Crashes;

namespace Drafthorse.IntegrationTests.Webhooks;

/// <summary>Tests that measure run alone: beside others they would measure those.</summary>
[CollectionDefinition(nameof(Measured), DisableParallelization = true)]
public sealed class Measured;

/// <summary>The built executable as <c>serve</c>, in a process of its own, with its workers and effects at work, under load.</summary>
[Collection(nameof(Measured))]
public class WebhookLoadTests
{
    private const int Rate = 500;
    private const int Rounds = 5;

    /// <summary>The aim is 50 ms, held with <c>DRAFTHORSE_LONG=1</c> on a quiet machine; else only what no noise explains fails.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(Environment.GetEnvironmentVariable("DRAFTHORSE_LONG") is null ? 300 : 50);
    private static readonly TimeSpan Aim = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task FiveHundredASecond_AreAnsweredInTimeAtThe99thPercentile()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var folder = Directory.CreateTempSubdirectory("drafthorse-load-");
        await using var gitHub = await GitHubStandIn.StartAsync(null, cancellationToken);
        gitHub.Access.AddToken(LoadedServer.Token, gitHub.World.AddAccount("drafthorse", "Bot"));
        await using (var serve = ServeProcess.Start(LoadedServer.EnvironmentOf(folder, gitHub)))
        {
            using var load = new WebhookLoad(new Uri(await serve.ListensAsync(cancellationToken), "/webhooks/github"), LoadedServer.Secret);
            await load.SendAsync(Rate, TimeSpan.FromSeconds(2), cancellationToken);
            var best = TimeSpan.MaxValue;

            // The machine is shared with other tests: the best of a few rounds says what the server can do.
            for (var round = 1; round <= Rounds && best > Aim; round++)
            {
                var times = await load.SendAsync(Rate, TimeSpan.FromSeconds(3), cancellationToken);
                var p99 = times[(int)(times.Length * 0.99)];
                best = p99 < best ? p99 : best;
                TestContext.Current.TestOutputHelper?.WriteLine(
                    $"p50 {times[times.Length / 2].TotalMilliseconds:0.0} ms, p99 {p99.TotalMilliseconds:0.0} ms, max {times[^1].TotalMilliseconds:0.0} ms");
            }

            Assert.True(best < Limit, $"p99 {best.TotalMilliseconds} ms\n{string.Join('\n', serve.Log.TakeLast(20))}");
        }

        folder.Delete(recursive: true);
    }
}
