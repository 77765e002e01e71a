using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Drafthorse.Channels;
using Drafthorse.Channels.GitHub;
using Drafthorse.Demo.GitHub;
using Drafthorse.Harness.Channels;
using Drafthorse.Harness.Threads;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Drafthorse.IntegrationTests.Channels.GitHub;

/// <summary>The whole channel on a stand-in, held to GitHub's API description, with a clock of its own and no worker.</summary>
internal sealed class GitHubRig : IAsyncDisposable
{
    public const string Secret = "the secret of the tests";

    private readonly JsonDocument _description;
    private readonly HttpClient _http;

    private GitHubRig(GitHubStandIn standIn, JsonDocument description, GitHubOptions options, FakeTimeProvider time)
    {
        (StandIn, _description, Options, Time) = (standIn, description, options, time);
        Store = new InMemoryThreadStore(Time);
        Contract = new ContractHandler(description, standIn.ApiUrl.AbsolutePath);
        _http = new HttpClient(Contract);
        Webhook = new GitHubWebhook(options, Time);
        Repository = standIn.World.AddRepository("Octo", "Hello-World");
        Ada = standIn.World.AddAccount("ada");
        Repository.Permissions["ada"] = "write";
        Mallory = standIn.World.AddAccount("mallory");
        Restart();
    }

    public GitHubStandIn StandIn { get; }

    public GitHubOptions Options { get; }

    public FakeTimeProvider Time { get; }

    public InMemoryThreadStore Store { get; }

    public ContractHandler Contract { get; }

    public GitHubWebhook Webhook { get; }

    public GitHubChannel Channel { get; private set; } = null!;

    public StandInRepository Repository { get; }

    /// <summary>May write.</summary>
    public StandInAccount Ada { get; }

    /// <summary>May only read.</summary>
    public StandInAccount Mallory { get; }

    public static async Task<GitHubRig> StartAsync(bool asApp = false)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var file = await OctokitFiles.ApiDescriptionAsync(cancellationToken);
        await using var stream = File.OpenRead(file);
        var description = await JsonDocument.ParseAsync(stream, cancellationToken: cancellationToken);
        var standIn = await GitHubStandIn.StartAsync(null, cancellationToken);
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        standIn.Access.Clock = time;
        var options = new GitHubOptions { ApiUrl = standIn.ApiUrl, ServerUrl = standIn.ServerUrl, WebhookSecrets = [Secret] };
        var self = standIn.World.AddAccount(asApp ? "drafthorse[bot]" : "drafthorse-machine", asApp ? "Bot" : "User");
        if (asApp)
            (options.AppId, options.AppPrivateKey) = (12, standIn.Access.AddApp(12, "drafthorse", self));
        else
            standIn.Access.AddToken(options.Token = "ghp_test", self);
        return new GitHubRig(standIn, description, options, time);
    }

    /// <summary>Another replica, or the same after a crash: nothing remembered.</summary>
    public void Restart() => Channel = new GitHubChannel(Options, Store, _http, Time, NullLoggerFactory.Instance, spec => spec.StartsWith("openai:", StringComparison.Ordinal) ? null : "There is no such model.");

    /// <summary>A delivery as the endpoint takes it.</summary>
    public async Task<WebhookOutcome> DeliverAsync(string eventName, JsonObject payload, string? deliveryId = null)
    {
        var body = Encoding.UTF8.GetBytes(payload.ToJsonString());
        var verdict = Webhook.Read(new(eventName, deliveryId ?? Guid.NewGuid().ToString(), GitHubWebhook.Sign(body, Secret)), body);
        if (verdict.Request is { } request)
            await Store.EnqueueAsync(request, TestContext.Current.CancellationToken);
        return verdict.Outcome;
    }

    public Task<WebhookOutcome> CommentAsync(StandInIssue issue, StandInAccount author, string body) =>
        DeliverAsync("issue_comment", StandIn.CommentPayload("created", Repository, issue, StandIn.World.AddComment(issue, author, body), author));

    /// <summary>Works off the outbox, however often an entry has to be tried. Returns what came of the entries.</summary>
    public async Task<List<string>> DrainAsync(Func<OutboxEntry, bool>? crashAfter = null)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var results = new List<string>();
        while ((await Store.GetStatusAsync(cancellationToken)).OutboxDepth > 0)
        {
            if (await Store.ClaimOutboxAsync(TimeSpan.FromSeconds(45), null, cancellationToken) is not { } entry)
            {
                Time.Advance(TimeSpan.FromSeconds(2));
                continue;
            }

            var completion = await PerformAsync(entry, cancellationToken);
            Assert.True(entry.Attempts < 20, $"{entry.Kind} is tried for ever: {completion.Result}");
            if (crashAfter?.Invoke(entry) is true)
            {
                Time.Advance(TimeSpan.FromMinutes(2));
                Restart();
                continue;
            }

            results.Add($"{entry.Kind}: {completion.Result}");
            Assert.True(await Store.CompleteOutboxAsync(completion, cancellationToken));
        }

        Assert.True(Contract.Breaches.IsEmpty, string.Join('\n', Contract.Breaches));
        return results;
    }

    /// <summary>The messages that wait on a thread.</summary>
    public async Task<List<InboxMessage>> InboxAsync(string key) =>
        [.. (await Store.ReadInboxAsync(ThreadId.FromKey(key), TestContext.Current.CancellationToken)).Select(entry => entry.Message)];

    public string IssueKey(StandInIssue issue) => GitHubThreadKey.Issue(Options.Host, "octo", "hello-world", issue.Number);

    /// <summary>Runs a thread as a worker would: takes its messages, leaves facts and effects, and releases it.</summary>
    public async Task<Lease> RunAsync(ThreadStatus end, ThreadFacts? facts, params OutboxRequest[] outbox)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var claim = await Store.ClaimAsync(new ClaimRequest { Owner = "test", LeaseTime = TimeSpan.FromMinutes(5) }, cancellationToken);
        Assert.NotNull(claim);
        var taken = await Store.ReadInboxAsync(claim.Thread.Id, cancellationToken);
        await Store.CommitAsync(
            new CommitRequest
            {
                Lease = claim.Lease,
                Sequence = 1,
                Events = [new MessagesTaken { Messages = taken }],
                Consumed = [.. taken.Select(entry => entry.Position)],
                Facts = facts,
                Outbox = outbox,
            },
            cancellationToken);
        await Store.ReleaseAsync(new ReleaseRequest { Lease = claim.Lease, State = end }, cancellationToken);
        return claim.Lease;
    }

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        _http.Dispose();
        await StandIn.DisposeAsync();
        await Store.DisposeAsync();
        _description.Dispose();
    }

    private async Task<OutboxCompletion> PerformAsync(OutboxEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            var result = await Channel.PerformAsync(entry, token => Store.HoldsOutboxAsync(entry, token), cancellationToken);
            return new OutboxCompletion { Entry = entry, Succeeded = true, Result = result.Result, PullRequest = result.PullRequest };
        }
        catch (EffectException exception)
        {
            var retry = exception.IsTransient ? Time.GetUtcNow() + (exception.RetryAfter ?? TimeSpan.FromSeconds(1)) : (DateTimeOffset?)null;
            return new OutboxCompletion { Entry = entry, Result = exception.Message, RetryAt = retry };
        }
    }
}
