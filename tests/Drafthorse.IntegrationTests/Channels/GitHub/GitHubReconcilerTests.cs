using Drafthorse.Channels.GitHub.Reconcile;
using Drafthorse.Harness.Threads;
using Drafthorse.IntegrationTests.Webhooks;

namespace Drafthorse.IntegrationTests.Channels.GitHub;

public sealed class GitHubReconcilerTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("drafthorse-reconcile-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task MissedWhileDown_IsAskedForOnce_AndArrives(bool asApp)
    {
        await using var rig = await GitHubRig.StartAsync(asApp);
        await using var server = await StartAsync(rig);
        rig.Options.AllowedRepositories = ["Octo/Hello-World"];
        await OpenIssueAsync(rig);
        rig.StandIn.Hooks.Url = null;
        for (var i = 0; i < 130; i++)
            await OpenIssueAsync(rig);
        rig.StandIn.Hooks.Url = server.Hook;

        var asked = await Reconciler(rig).ReconcileAsync(Token);
        await AttemptsAsync(rig, 261);
        var again = await Reconciler(rig).ReconcileAsync(Token);

        Assert.Equal((130, 0), (asked, again));
        var attempts = rig.StandIn.Hooks.Attempts;
        Assert.Equal(131, attempts.Where(attempt => attempt.Status == 202).Select(attempt => attempt.Guid).Distinct().Count());
        Assert.Equal(131, (await server.Store.GetStatusAsync(Token)).OutboxDepth);
        Assert.Empty(rig.Contract.Breaches);
    }

    [Fact]
    public async Task LookedBefore_ReadsOnlyWhatIsNew()
    {
        await using var rig = await GitHubRig.StartAsync(asApp: true);
        await using var server = await StartAsync(rig);
        for (var i = 0; i < 250; i++)
        {
            await OpenIssueAsync(rig);
            rig.Time.Advance(TimeSpan.FromSeconds(1));
        }

        await Reconciler(rig).ReconcileAsync(Token);
        var calls = rig.StandIn.Calls.Count;
        await Reconciler(rig).ReconcileAsync(Token);

        Assert.Equal(3, calls);
        Assert.Equal(calls + 1, rig.StandIn.Calls.Count);
    }

    [Fact]
    public async Task FailsForEver_IsGivenUp()
    {
        await using var rig = await GitHubRig.StartAsync(asApp: true);
        await OpenIssueAsync(rig);
        var reconciler = Reconciler(rig);

        for (var attempt = 2; attempt <= RedeliveryPlan.MaxAttempts; attempt++)
        {
            Assert.Equal(1, await reconciler.ReconcileAsync(Token));
            await AttemptsAsync(rig, attempt);
        }

        Assert.Equal(0, await reconciler.ReconcileAsync(Token));
    }

    [Fact]
    public async Task RepositoryOfAnOldThread_IsLookedAt()
    {
        await using var rig = await GitHubRig.StartAsync();
        await AddThreadAsync(rig, "old", rig.Options.Host);
        for (var i = 0; i < 500; i++)
        {
            rig.Time.Advance(TimeSpan.FromSeconds(1));
            await AddThreadAsync(rig, $"newer {i}", "elsewhere.example");
        }

        rig.StandIn.Hooks.Clock = rig.Time;
        await OpenIssueAsync(rig);

        Assert.Equal(1, await Reconciler(rig).ReconcileAsync(Token));
    }

    [Fact]
    public async Task TokenMayNotReadWebhooks_SaysSo()
    {
        await using var rig = await GitHubRig.StartAsync();
        rig.StandIn.Hooks.TokensMayRead = false;
        rig.Options.AllowedRepositories = ["Octo/Hello-World"];
        var reconciler = Reconciler(rig);

        await reconciler.ReconcileAsync(Token);

        Assert.Contains("octo/hello-world: GITHUB_TOKEN may not read the webhooks", reconciler.State, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Runs_AtStartAndThenEveryInterval()
    {
        await using var rig = await GitHubRig.StartAsync(asApp: true);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await OpenIssueAsync(rig);

        var running = Reconciler(rig).RunAsync(stop.Token);
        await AttemptsAsync(rig, 2);
        while (rig.StandIn.Hooks.Attempts.Count < 3)
        {
            rig.Time.Advance(GitHubReconciler.Interval);
            await Task.Delay(20, Token);
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private GitHubReconciler Reconciler(GitHubRig rig) => rig.Channel.CreateReconciler(Path.Combine(_folder.FullName, "state", "deliveries.json"));

    private static async Task<WebhookServer> StartAsync(GitHubRig rig)
    {
        var server = await WebhookServer.StartAsync();
        (rig.StandIn.Hooks.Url, rig.StandIn.Hooks.Secret, rig.StandIn.Hooks.Clock) = (server.Hook, WebhookServer.Secret, rig.Time);
        return server;
    }

    private static Task<EnqueueResult> AddThreadAsync(GitHubRig rig, string key, string host) => rig.Store.EnqueueAsync(
        new EnqueueRequest
        {
            ThreadKey = key,
            DeliveryId = key,
            Origin = new ThreadOrigin { Channel = "github", User = "github:ada", Repository = new RepositoryRef(host, "octo", "hello-world", $"https://{host}/octo/hello-world") },
            Message = new InboxMessage { Id = key, Sender = "github:ada", Text = "go" },
        },
        Token);

    private static Task OpenIssueAsync(GitHubRig rig)
    {
        var issue = rig.StandIn.World.AddIssue(rig.Repository, rig.Ada, "Sum is wrong", "@drafthorse fix it");
        return rig.StandIn.Hooks.SendAsync("issues", rig.StandIn.IssuePayload("opened", rig.Repository, issue, rig.Ada), Token);
    }

    /// <summary>Redeliveries come when GitHub gets to them.</summary>
    private static async Task AttemptsAsync(GitHubRig rig, int count)
    {
        while (rig.StandIn.Hooks.Attempts.Count < count)
            await Task.Delay(10, Token);
    }
}
