using System.Diagnostics;
using Drafthorse.Demo.GitHub;
using Drafthorse.IntegrationTests.Crashes;

namespace Drafthorse.IntegrationTests.Webhooks;

/// <summary>The real server under requests of people that nobody knows.</summary>
[Collection(nameof(Measured))]
public class HostileRequestTests
{
    private const long MostMore = 128L << 20;
    private static readonly bool IsNative = ServeProcess.Shipped != ServeProcess.Program;

    /// <summary>The aims are 150 MB of its own and the idle figure within a minute, for what is shipped; the ordinary build has its compiler's memory beside.</summary>
    private static readonly long Most = IsNative ? 150L << 20 : long.MaxValue;
    private static readonly long Margin = IsNative ? 8L << 20 : 48L << 20;
    private static readonly TimeSpan TimeToRest = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task HundredAndFiftyBodies_TakeLittleMemoryAndTime_AndItIsGivenBack()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var folder = Directory.CreateTempSubdirectory("drafthorse-hostile-");
        await using var gitHub = await GitHubStandIn.StartAsync(null, cancellationToken);
        gitHub.Access.AddToken(LoadedServer.Token, gitHub.World.AddAccount("drafthorse", "Bot"));
        await using (var serve = ServeProcess.Start(LoadedServer.EnvironmentOf(folder, gitHub)))
        {
            var url = await serve.ListensAsync(cancellationToken);
            using var load = new WebhookLoad(new Uri(url, "/webhooks/github"), LoadedServer.Secret);
            await load.SendAsync(20, TimeSpan.FromSeconds(2), cancellationToken);
            var idle = await RestAsync(serve, long.MaxValue, TimeToRest, cancellationToken);

            var (most, slowest) = (0L, TimeSpan.Zero);
            var requests = Enumerable.Range(0, 150).Select(_ => new HostileRequest()).ToList();
            string[] heads = [HostileRequest.Plausible, HostileRequest.Chunked, HostileRequest.Unsigned, HostileRequest.WithoutToken, HostileRequest.Plausible];
            var sending = Task.WhenAll(requests.Select((request, i) => request.SendAsync(url, heads[i % heads.Length], cancellationToken)));
            for (var round = 0; round < 5; round++)
            {
                var times = await load.SendAsync(20, TimeSpan.FromSeconds(1), cancellationToken);
                slowest = times[^1] > slowest ? times[^1] : slowest;
                most = Math.Max(most, serve.OwnBytes);
                requests.ForEach(request => request.Drip());
            }

            await sending.WaitAsync(TimeSpan.FromSeconds(30), cancellationToken);
            most = Math.Max(most, serve.OwnBytes);
            requests.ForEach(request => request.Dispose());
            var started = Stopwatch.GetTimestamp();
            var after = await RestAsync(serve, idle + Margin, TimeToRest, cancellationToken);

            var figures = $"idle {idle >> 20} MB, at most {most >> 20} MB, {after >> 20} MB after {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s; slowest signed delivery {slowest.TotalMilliseconds:0} ms";
            TestContext.Current.TestOutputHelper?.WriteLine(figures);
            Assert.True(most < Most && most < idle + MostMore && after <= idle + Margin && slowest < TimeSpan.FromSeconds(1), $"{figures}\n{string.Join('\n', serve.Log.TakeLast(3))}");
        }

        folder.Delete(recursive: true);
    }

    /// <summary>Waits until the memory is below a limit, or has stopped falling, and returns what it is then.</summary>
    private static async Task<long> RestAsync(ServeProcess serve, long below, TimeSpan atMost, CancellationToken cancellationToken)
    {
        var least = long.MaxValue;
        for (var (began, last) = (Stopwatch.GetTimestamp(), Stopwatch.GetTimestamp()); Stopwatch.GetElapsedTime(began) < atMost;)
        {
            var now = serve.OwnBytes;
            if (now < least - (1 << 20))
                (least, last) = (now, Stopwatch.GetTimestamp());
            if (below < long.MaxValue ? now <= below : Stopwatch.GetElapsedTime(last) > TimeSpan.FromSeconds(25))
                return now;
            await Task.Delay(250, cancellationToken);
        }

        return serve.OwnBytes;
    }
}
