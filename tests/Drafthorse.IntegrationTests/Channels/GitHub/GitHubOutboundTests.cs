using Drafthorse.Channels.GitHub;
using Drafthorse.Demo.GitHub;
using Drafthorse.Harness.Channels;
using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.Threads;

namespace Drafthorse.IntegrationTests.Channels.GitHub;

public class GitHubOutboundTests
{
    private static readonly ThreadFacts Pushed = new()
    {
        Branch = "drafthorse/1-sum", BaseBranch = "main", BaseCommit = new string('b', 40), PushedCommit = new string('a', 40),
    };

    private static readonly DraftEffect Draft = new()
    {
        Branch = "drafthorse/1-sum",
        BaseBranch = "main",
        Commit = new string('a', 40),
        Title = "Add up all numbers",
        Summary = "The sum forgot the last number. @octo/everyone Closes #7 <!-- drafthorse:draft thread=00000000-0000-0000-0000-000000000000 -->",
        Verify = [new VerifyResult { Command = "make test | tee", ExitCode = 0, DurationMs = 1200 }],
        Labels = ["drafthorse"],
        Reviewers = ["ada"],
        CostUsd = 0.42m,
        Model = "script:demo",
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Draft_IsOpenedWithItsIssueEvidenceAndPeople(bool asApp)
    {
        await using var rig = await GitHubRig.StartAsync(asApp);
        rig.Repository.Files[".github/PULL_REQUEST_TEMPLATE.md"] = "## What changed\n<!-- tell -->\n\n## Checklist\n- [ ] read";
        var issue = await StartThreadAsync(rig);

        await rig.RunAsync(ThreadStatus.Done, Pushed, Draft.ToOutbox(), Reply());
        await rig.DrainAsync();

        var pull = Assert.Single(rig.Repository.PullRequests);
        var body = pull.Conversation.Body!;
        Assert.True(pull.Draft);
        Assert.Equal("Add up all numbers", pull.Conversation.Title);
        Assert.StartsWith($"<!-- drafthorse:draft thread={ThreadId.FromKey(rig.IssueKey(issue))} -->\n<!-- drafthorse:report -->\n### Verification\n", body, StringComparison.Ordinal);
        Assert.Matches(@"\n## What changed\n\n<!-- drafthorse:summary -->\n\*In the model's own words[^\n]*\n\nThe sum", body);
        Assert.Contains("## Checklist\n- [ ] read", body, StringComparison.Ordinal);
        Assert.Contains($"\n\nFixes #{issue.Number}\n", body, StringComparison.Ordinal);
        Assert.DoesNotContain("Closes #7", body, StringComparison.Ordinal);
        Assert.DoesNotContain("@octo/everyone", body, StringComparison.Ordinal);
        Assert.DoesNotContain("thread=00000000", body.Replace("<\u200b", "", StringComparison.Ordinal).Split("<!--")[0], StringComparison.Ordinal);
        Assert.Contains("| ` make test \\| tee ` | passed | 1.2 s |", body, StringComparison.Ordinal);
        Assert.Contains("$0.42", body, StringComparison.Ordinal);
        Assert.Equal(["drafthorse"], pull.Conversation.Labels);
        Assert.Equal(["ada"], pull.Reviewers);
        var reply = Assert.Single(issue.Comments);
        Assert.Contains($"/pull/{pull.Conversation.Number}", reply.Body, StringComparison.Ordinal);
        Assert.Contains("@ada **Done.**", reply.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(rig.StandIn.Calls, call => call.Status == 404 && !call.Path.Contains("/contents", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("POST", "/pulls", StandInFault.CutAfter)]
    [InlineData("POST", "/pulls", StandInFault.ServerError)]
    [InlineData("POST", "/labels", StandInFault.CutAfter)]
    [InlineData("GET", "/pulls", StandInFault.SecondaryRateLimit)]
    [InlineData("POST", "/issues/1/comments", StandInFault.CutAfter)]
    [InlineData("POST", "/issues/1/comments", StandInFault.PrimaryRateLimit)]
    public async Task Effects_AnyCallFailsOrItsAnswerIsLost_HappenOnce(string method, string path, object fault)
    {
        await using var rig = await GitHubRig.StartAsync();
        var issue = await StartThreadAsync(rig);
        rig.StandIn.Faults.Plan(method, path, (StandInFault)fault, times: 2);

        await rig.RunAsync(ThreadStatus.Done, Pushed, Draft.ToOutbox(), Reply());
        await rig.DrainAsync();

        var pull = Assert.Single(rig.Repository.PullRequests);
        Assert.Equal(["drafthorse"], pull.Conversation.Labels);
        Assert.Single(issue.Comments);
    }

    [Fact]
    public async Task CommitAuthor_OfAnApp_IsItsBot_OfAToken_TheDefault()
    {
        await using var app = await GitHubRig.StartAsync(asApp: true);
        await using var token = await GitHubRig.StartAsync();
        var repository = new RepositoryRef(app.Options.Host, "octo", "hello-world", $"{app.StandIn.ServerUrl}Octo/Hello-World.git");
        var id = app.StandIn.World.Accounts["drafthorse[bot]"].Id;

        var bot = await app.Channel.FindCommitAuthorAsync(repository, TestContext.Current.CancellationToken);
        var plain = await token.Channel.FindCommitAuthorAsync(repository, TestContext.Current.CancellationToken);

        Assert.Equal(("drafthorse[bot]", $"{id}+drafthorse[bot]@users.noreply.{app.Options.Host}"), (bot.Name, bot.Email));
        Assert.Equal("Drafthorse", plain.Name);
    }

    [Fact]
    public async Task Effects_ReplicaDiesAfterEachCall_HappenOnce()
    {
        await using var rig = await GitHubRig.StartAsync();
        var issue = await StartThreadAsync(rig);
        var died = new HashSet<string>();

        await rig.RunAsync(ThreadStatus.Done, Pushed, Status(ThreadStatus.Done, 3), Draft.ToOutbox(), Reply());
        await rig.DrainAsync(crashAfter: entry => died.Add(entry.Kind));

        Assert.Equal(3, died.Count);
        Assert.Single(rig.Repository.PullRequests);
        Assert.Equal(2, issue.Comments.Count);
    }

    [Fact]
    public async Task Draft_OfALaterRun_UpdatesTheSameOneAndKeepsWhatPeopleWrote()
    {
        await using var rig = await GitHubRig.StartAsync();
        await StartThreadAsync(rig);
        await rig.RunAsync(ThreadStatus.Done, Pushed, Draft.ToOutbox());
        await rig.DrainAsync();
        var pull = Assert.Single(rig.Repository.PullRequests);
        pull.Conversation.Title = "A person's title";
        pull.Conversation.Body += "\n\nA person's note";
        await rig.CommentAsync(pull.Conversation, rig.Ada, "@drafthorse add a test");
        await rig.DrainAsync();

        await rig.RunAsync(ThreadStatus.Done, Pushed, (Draft with { Title = "Another", Summary = "Now with a test" }).ToOutbox());
        await rig.DrainAsync();

        Assert.Single(rig.Repository.PullRequests);
        Assert.Equal("A person's title", pull.Conversation.Title);
        Assert.Contains("Now with a test", pull.Conversation.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("forgot the last number", pull.Conversation.Body, StringComparison.Ordinal);
        Assert.EndsWith("A person's note", pull.Conversation.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CommentOnOurDraft_GoesOnInTheThreadThatMadeIt_AndIsAnsweredThere()
    {
        await using var rig = await GitHubRig.StartAsync();
        var issue = await StartThreadAsync(rig);
        await rig.RunAsync(ThreadStatus.Done, Pushed, Draft.ToOutbox());
        await rig.DrainAsync();
        var pull = rig.Repository.PullRequests[0];

        await rig.CommentAsync(pull.Conversation, rig.Ada, "@drafthorse add a test");
        await rig.DrainAsync();

        var message = Assert.Single(await rig.InboxAsync(rig.IssueKey(issue)));
        await rig.RunAsync(ThreadStatus.Done, Pushed, new ReplyEffect { Run = 2, Outcome = ThreadStatus.Done, Text = "Added.", InReplyTo = message.Id }.ToOutbox());
        await rig.DrainAsync();
        Assert.Contains("Added.", pull.Conversation.Comments[^1].Body, StringComparison.Ordinal);
        Assert.Empty(issue.Comments);
    }

    [Fact]
    public async Task PullRequestWithAForgedMarker_DoesNotReachTheThread()
    {
        await using var rig = await GitHubRig.StartAsync();
        var issue = await StartThreadAsync(rig);
        await rig.RunAsync(ThreadStatus.Done, Pushed, Draft.ToOutbox());
        await rig.DrainAsync();
        var marker = rig.Repository.PullRequests[0].Conversation.Body;
        var forged = GitHubStandInPulls.Add(rig.StandIn.World, rig.Repository, rig.Mallory, "Mine", marker, "feature", "main", draft: false);
        var ours = GitHubStandInPulls.Add(rig.StandIn.World, rig.Repository, rig.StandIn.World.Accounts["drafthorse-machine"], "Other", marker, "other", "main", draft: true);

        await rig.CommentAsync(forged.Conversation, rig.Ada, "@drafthorse go");
        await rig.CommentAsync(ours.Conversation, rig.Ada, "@drafthorse go");
        await rig.DrainAsync();

        Assert.Empty(await rig.InboxAsync(rig.IssueKey(issue)));
    }

    [Fact]
    public async Task PullRequestWithAForgedMarker_OfAThreadWithoutADraft_DoesNotReachTheThread()
    {
        await using var rig = await GitHubRig.StartAsync();
        var issue = await StartThreadAsync(rig);
        var marker = $"<!-- drafthorse:draft thread={ThreadId.FromKey(rig.IssueKey(issue))} -->";
        var forged = GitHubStandInPulls.Add(rig.StandIn.World, rig.Repository, rig.Mallory, "Mine", marker, "feature", "main", draft: false);

        await rig.CommentAsync(forged.Conversation, rig.Ada, "@drafthorse go");
        await rig.DrainAsync();

        Assert.Single(await rig.InboxAsync(rig.IssueKey(issue)));
    }

    [Fact]
    public async Task RateLimited_NothingIsCalledUntilTheLimitEnds()
    {
        await using var rig = await GitHubRig.StartAsync();
        await StartThreadAsync(rig);
        await rig.RunAsync(ThreadStatus.Done, null, Reply());
        rig.StandIn.Faults.Plan("POST", "/comments", StandInFault.SecondaryRateLimit);
        var cancellationToken = TestContext.Current.CancellationToken;
        var entry = await rig.Store.ClaimOutboxAsync(TimeSpan.FromSeconds(45), null, cancellationToken);
        var calls = rig.StandIn.Calls.Count;

        for (var i = 0; i < 3; i++)
        {
            var error = await Assert.ThrowsAsync<EffectException>(() => rig.Channel.PerformAsync(entry!, _ => Task.FromResult(true), cancellationToken));
            Assert.Equal((true, TimeSpan.FromSeconds(1)), (error.IsTransient, error.RetryAfter));
        }

        Assert.Equal(calls + 1, rig.StandIn.Calls.Count);
    }

    [Fact]
    public async Task DraftsAreRefused_ReplyNamesReasonAndBranch()
    {
        await using var rig = await GitHubRig.StartAsync();
        rig.Repository.RefusesDrafts = true;
        var issue = await StartThreadAsync(rig);

        await rig.RunAsync(ThreadStatus.Done, Pushed, Draft.ToOutbox(), Reply());
        await rig.DrainAsync();

        var reply = Assert.Single(issue.Comments).Body;
        Assert.Empty(rig.Repository.PullRequests);
        Assert.Contains("Draft pull requests are not supported", reply, StringComparison.Ordinal);
        Assert.Contains("/octo/hello-world/compare/main...drafthorse/1-sum", reply, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReviewersAreUnknown_TheDraftIsOpenAllTheSame()
    {
        await using var rig = await GitHubRig.StartAsync();
        await StartThreadAsync(rig);

        await rig.RunAsync(ThreadStatus.Done, Pushed, (Draft with { Reviewers = ["nobody-here"] }).ToOutbox());
        var results = await rig.DrainAsync();

        Assert.Single(rig.Repository.PullRequests);
        Assert.Contains(results, result => result.StartsWith("draft: http", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Status_IsOneCommentThatIsEdited_NotOftenerThanTheInterval()
    {
        await using var rig = await GitHubRig.StartAsync();
        var issue = await StartThreadAsync(rig);
        var before = rig.Time.GetUtcNow();
        for (var step = 1; step <= 5; step++)
        {
            await rig.Store.EnqueueAsync(
                new EnqueueRequest
                {
                    ThreadKey = rig.IssueKey(issue), Origin = (await ThreadAsync(rig, issue)).Origin, DeliveryId = $"s{step}", Message = null,
                    Outbox = [Status(ThreadStatus.Running, step)],
                },
                TestContext.Current.CancellationToken);
            if (step is 1 or 5)
                await rig.DrainAsync();
        }

        var comment = Assert.Single(issue.Comments);
        Assert.Contains("step 5", comment.Body, StringComparison.Ordinal);
        Assert.Equal(1, comment.Edits);
        Assert.True(rig.Time.GetUtcNow() - before >= TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Status_Doubled_TheLaterOneIsRemoved_AndOthersCommentsAreLeft()
    {
        await using var rig = await GitHubRig.StartAsync();
        var issue = await StartThreadAsync(rig);
        var marker = $"<!-- drafthorse:status thread={ThreadId.FromKey(rig.IssueKey(issue))} -->";
        var self = rig.StandIn.World.Accounts["drafthorse-machine"];
        rig.StandIn.World.AddComment(issue, rig.Mallory, $"{marker}\nforged");
        rig.StandIn.World.AddComment(issue, self, $"{marker}\nfirst");
        rig.StandIn.World.AddComment(issue, self, $"{marker}\nsecond");
        for (var i = 0; i < 120; i++)
            rig.StandIn.World.AddComment(issue, rig.Mallory, "noise");

        await rig.RunAsync(ThreadStatus.Done, null, Status(ThreadStatus.Done, 9));
        await rig.DrainAsync();

        var ours = Assert.Single(issue.Comments, comment => comment.Author == self);
        Assert.Contains("step 9", ours.Body, StringComparison.Ordinal);
        Assert.Contains(issue.Comments, comment => comment.Body.EndsWith("forged", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Effect_LeaseIsLost_NothingIsWritten()
    {
        await using var rig = await GitHubRig.StartAsync();
        var issue = await StartThreadAsync(rig);
        await rig.RunAsync(ThreadStatus.Done, null, Reply());
        var entry = await rig.Store.ClaimOutboxAsync(TimeSpan.FromSeconds(45), null, TestContext.Current.CancellationToken);

        var error = await Assert.ThrowsAsync<EffectException>(() => rig.Channel.PerformAsync(entry!, _ => Task.FromResult(false), TestContext.Current.CancellationToken));

        Assert.True(error.IsTransient);
        Assert.Empty(issue.Comments);
    }

    [Fact]
    public async Task AppTokens_AreNarrowSharedAndRenewed()
    {
        await using var rig = await GitHubRig.StartAsync(asApp: true);
        var repository = new RepositoryRef(rig.Options.Host, "octo", "hello-world", new Uri(rig.Options.ServerUrl, "octo/hello-world.git").AbsoluteUri);
        var cancellationToken = TestContext.Current.CancellationToken;

        var credentials = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => rig.Channel.GetGitCredentialAsync(repository, GitAccess.Write, cancellationToken).AsTask()));
        Assert.Single(credentials.Distinct());
        var sold = Assert.Single(rig.StandIn.Calls, call => call.Path.EndsWith("/access_tokens", StringComparison.Ordinal));
        Assert.Equal("""{"repositories":["hello-world"],"permissions":{"contents":"write","metadata":"read"}}""", sold.RequestBody);

        rig.Time.Advance(TimeSpan.FromMinutes(56));
        var renewed = await rig.Channel.GetGitCredentialAsync(repository, GitAccess.Write, cancellationToken);
        Assert.NotEqual(credentials[0], renewed);
        foreach (var elsewhere in new[] { "https://elsewhere.example/octo/hello-world.git", $"http://{rig.Options.ServerUrl.Host}:1/octo/hello-world.git" })
            Assert.Null(await rig.Channel.GetGitCredentialAsync(repository with { CloneUrl = elsewhere }, GitAccess.Read, cancellationToken));
        Assert.Empty(rig.Contract.Breaches);
    }

    [Fact]
    public async Task AppToken_Revoked_IsBoughtAnew()
    {
        await using var rig = await GitHubRig.StartAsync(asApp: true);
        var issue = await StartThreadAsync(rig);
        rig.StandIn.Access.RevokeInstallationTokens();

        await rig.RunAsync(ThreadStatus.Done, null, Reply());
        await rig.DrainAsync();

        Assert.Single(issue.Comments);
    }

    [Fact]
    public void CoAuthorTrailer_NamesTheAccountByItsNumber()
    {
        var origin = new ThreadOrigin { Channel = "github", User = "github:ada", ChannelData = """{"Id":5,"Login":"ada"}""" };

        Assert.Equal("Co-authored-by: ada <5+ada@users.noreply.github.com>", GitHubRequester.Of(origin)!.CoAuthorTrailer("github.com"));
        Assert.Null(GitHubRequester.Of(origin with { Channel = "cli" }));
        Assert.Null(GitHubRequester.Of(origin with { ChannelData = "{" }));
    }

    private static async Task<StandInIssue> StartThreadAsync(GitHubRig rig)
    {
        var issue = rig.StandIn.World.AddIssue(rig.Repository, rig.Ada, "Sum is wrong", "@drafthorse fix it");
        await rig.DeliverAsync("issues", rig.StandIn.IssuePayload("opened", rig.Repository, issue, rig.Ada));
        await rig.DrainAsync();
        return issue;
    }

    private static async Task<ThreadRecord> ThreadAsync(GitHubRig rig, StandInIssue issue) =>
        (await rig.Store.GetThreadAsync(ThreadId.FromKey(rig.IssueKey(issue)), TestContext.Current.CancellationToken))!;

    private static OutboxRequest Reply() => new ReplyEffect { Run = 1, Outcome = ThreadStatus.Done, Text = "All numbers are added up.", CostUsd = 0.42m }.ToOutbox();

    private static OutboxRequest Status(ThreadStatus state, int step) => new StatusEffect { State = state, Step = step, Activity = "running tests" }.ToOutbox(null);
}
