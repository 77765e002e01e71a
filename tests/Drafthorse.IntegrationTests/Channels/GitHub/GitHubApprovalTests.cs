using System.Text.Json.Nodes;
using Drafthorse.Channels;
using Drafthorse.Demo.GitHub;
using Drafthorse.Harness.Channels;
using Drafthorse.Harness.Threads;

namespace Drafthorse.IntegrationTests.Channels.GitHub;

/// <summary>Who answers an approval by a comment, how, and what they are told.</summary>
public class GitHubApprovalTests
{
    private const string Hash = "0123abcd4567ef890123abcd4567ef890123abcd4567ef890123abcd4567ef89";

    [Theory]
    [InlineData("@drafthorse approve 0123abcd", true, null)]
    [InlineData("@drafthorse approve", true, null)]
    [InlineData("@drafthorse reject 0123abcd: no.\n\n> 2. Deploy\n\nNot on a Friday", false, "no.\n\n> 2. Deploy\n\nNot on a Friday")]
    [InlineData("@drafthorse reject not on a Friday", false, "not on a Friday")]
    public async Task Comment_OfTheRequester_IsTakenAndAcknowledged(string words, bool approves, string? reason)
    {
        await using var rig = await GitHubRig.StartAsync();
        var issue = await AskAsync(rig);

        await rig.CommentAsync(issue, rig.Ada, words);
        await rig.DrainAsync();

        var message = Assert.Single(await rig.InboxAsync(rig.IssueKey(issue)));
        Assert.Equal(("github:ada", approves, Hash, reason), (message.Sender, message.Answer!.Approves, message.Answer.Hash, message.Answer.Reason));
        Assert.Equal("eyes", Assert.Single(issue.Comments[^1].Reactions).Content);
        Assert.Single(issue.Comments, comment => comment.Author.Login == "drafthorse-machine");
    }

    [Fact]
    public async Task Reply_ShowsExactlyWhatIsDecided_AndHow()
    {
        await using var rig = await GitHubRig.StartAsync();

        var issue = await AskAsync(rig);

        var posted = Assert.Single(issue.Comments).Body.Replace("\u200B", "", StringComparison.Ordinal);
        Assert.Contains("**Please decide about the plan `0123abcd`:**\n\n```text\n1  1. Build<U+202E>\n2  2. Deploy\n```\n\nMention me with `approve 0123abcd`, or with `reject 0123abcd` and why (\"line 3\" brings that line along).", posted, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bob", "write", "github:bob may not answer the plan 0123abcd: that is for who asked for the work, or a maintainer.")]
    [InlineData("eve", "admin", null)]
    [InlineData("mallory", "read", "")]
    public async Task Comment_OfAnother_CountsForMaintainersOnly(string login, string permission, string? told)
    {
        await using var rig = await GitHubRig.StartAsync();
        var issue = await AskAsync(rig);
        rig.Repository.Permissions[login] = permission;

        await rig.CommentAsync(issue, rig.StandIn.World.AddAccount(login), "@drafthorse approve 0123abcd");
        await rig.DrainAsync();

        Assert.Equal(told is null ? 1 : 0, (await rig.InboxAsync(rig.IssueKey(issue))).Count);
        AssertTold(issue, string.IsNullOrEmpty(told) ? null : told);
    }

    [Fact]
    public async Task Comment_OfARequesterWhoLostAccessSince_IsRefused()
    {
        await using var rig = await GitHubRig.StartAsync();
        var issue = await AskAsync(rig);
        rig.Repository.Permissions["ada"] = "read";

        await rig.CommentAsync(issue, rig.Ada, "@drafthorse approve 0123abcd");
        await rig.DrainAsync();

        Assert.Empty(await rig.InboxAsync(rig.IssueKey(issue)));
        AssertTold(issue, "github:ada may not answer the plan 0123abcd");
    }

    [Fact]
    public async Task Comment_OfADeletedAccount_IsRefused()
    {
        await using var rig = await GitHubRig.StartAsync();
        var issue = await AskAsync(rig);
        rig.StandIn.World.Accounts.TryRemove("ada", out _);

        await rig.CommentAsync(issue, rig.Ada, "@drafthorse approve 0123abcd");
        await rig.DrainAsync();

        Assert.Empty(await rig.InboxAsync(rig.IssueKey(issue)));
    }

    [Theory]
    [InlineData("> @drafthorse approve 0123abcd", "User")]
    [InlineData("`@drafthorse approve 0123abcd`", "User")]
    [InlineData("approve 0123abcd", "User")]
    [InlineData("@drafthorse approve 0123abcd", "Bot")]
    public async Task Comment_ThatQuotesOrIsAMachines_IsIgnored(string words, string type)
    {
        await using var rig = await GitHubRig.StartAsync();
        var issue = await AskAsync(rig);
        var author = type == "User" ? rig.Ada : rig.StandIn.World.AddAccount("helper[bot]", "Bot");
        rig.Repository.Permissions["helper[bot]"] = "admin";

        var outcome = await rig.CommentAsync(issue, author, words);
        await rig.DrainAsync();

        Assert.Equal(WebhookOutcome.Ignored, outcome);
        Assert.Empty(await rig.InboxAsync(rig.IssueKey(issue)));
    }

    [Theory]
    [InlineData("@drafthorse approve", "It was not shown in this conversation before that comment")]
    [InlineData("@drafthorse approve 89abcdef", "No approval of this thread has the hash 89abcdef. Open is the plan: approve 0123abcd")]
    [InlineData("@drafthorse approve if CI is green", "Words behind `approve` are no condition that code could hold, so nothing was approved. Write `approve 0123abcd` alone")]
    public async Task Comment_ThatIsNotClear_IsToldHow(string words, string told)
    {
        await using var rig = await GitHubRig.StartAsync();
        var issue = await AskAsync(rig, isPosted: false);

        await rig.CommentAsync(issue, rig.Ada, words);
        await rig.DrainAsync();

        Assert.Empty(await rig.InboxAsync(rig.IssueKey(issue)));
        AssertTold(issue, told);
    }

    [Fact]
    public async Task Comment_BareAfterOurCommentWasEdited_IsRefused()
    {
        await using var rig = await GitHubRig.StartAsync();
        var issue = await AskAsync(rig);
        issue.Comments[0].Body = issue.Comments[0].Body.Replace("2. Deploy", "2. Nothing bad", StringComparison.Ordinal);
        issue.Comments[0].UpdatedAt = issue.Comments[0].CreatedAt.AddSeconds(5);

        await rig.CommentAsync(issue, rig.Ada, "@drafthorse approve");
        await rig.DrainAsync();

        Assert.Empty(await rig.InboxAsync(rig.IssueKey(issue)));
        AssertTold(issue, "The comment that showed it was edited since, so a bare answer does not count.");
    }

    [Fact]
    public async Task Comment_ThatWasEdited_AnswersNothing()
    {
        await using var rig = await GitHubRig.StartAsync();
        var issue = await AskAsync(rig);
        var comment = rig.StandIn.World.AddComment(issue, rig.Ada, "@drafthorse approve 0123abcd");
        var payload = rig.StandIn.CommentPayload("edited", rig.Repository, issue, comment, rig.Ada);
        payload["changes"] = new JsonObject { ["body"] = new JsonObject { ["from"] = "@drafthorse what is this?" } };

        await rig.DeliverAsync("issue_comment", payload);
        await rig.DrainAsync();

        Assert.Empty(await rig.InboxAsync(rig.IssueKey(issue)));
        AssertTold(issue, "An edited comment answers nothing: write a new one.");
    }

    [Fact]
    public async Task Comment_OnAClosedIssue_IsRefused()
    {
        await using var rig = await GitHubRig.StartAsync();
        var issue = await AskAsync(rig);
        var payload = rig.StandIn.CommentPayload("created", rig.Repository, issue, rig.StandIn.World.AddComment(issue, rig.Ada, "@drafthorse approve 0123abcd"), rig.Ada);
        payload["issue"]!["state"] = "closed";

        await rig.DeliverAsync("issue_comment", payload);
        await rig.DrainAsync();

        Assert.Empty(await rig.InboxAsync(rig.IssueKey(issue)));
        AssertTold(issue, "This is closed, so nothing goes on here. Reopen it, then answer.");
    }

    [Fact]
    public async Task Comment_AfterStop_IsRefused()
    {
        await using var rig = await GitHubRig.StartAsync();
        var issue = await AskAsync(rig);

        await rig.CommentAsync(issue, rig.Ada, "@drafthorse stop");
        await rig.DrainAsync();
        await rig.CommentAsync(issue, rig.Ada, "@drafthorse approve 0123abcd");
        await rig.DrainAsync();

        Assert.Empty(await rig.InboxAsync(rig.IssueKey(issue)));
        AssertTold(issue, "The work was cancelled, and with it the plan 0123abcd. Ask for it again.");
    }

    [Fact]
    public async Task Comment_WhoseEffectCrashedAfterItWasTaken_IsTakenOnceAndToldNothing()
    {
        await using var rig = await GitHubRig.StartAsync();
        var issue = await AskAsync(rig);
        var crashed = false;

        await rig.CommentAsync(issue, rig.Ada, "@drafthorse approve 0123abcd");
        await rig.DrainAsync(entry => entry.Kind == "github.intake" && !crashed && (crashed = true));

        Assert.True(crashed);
        Assert.Single(await rig.InboxAsync(rig.IssueKey(issue)));
        Assert.Single(issue.Comments, comment => comment.Author.Login == "drafthorse-machine");
    }

    [Fact]
    public async Task Comment_RejectWithNothingOpen_IsPlainSpeech()
    {
        await using var rig = await GitHubRig.StartAsync();
        var issue = rig.StandIn.World.AddIssue(rig.Repository, rig.Ada, "Parser", "x");

        await rig.CommentAsync(issue, rig.Ada, "@drafthorse reject null inputs");
        await rig.DrainAsync();

        Assert.Equal("@drafthorse reject null inputs", Assert.Single(await rig.InboxAsync(rig.IssueKey(issue))).Text);
    }

    /// <summary>An issue whose thread waits for a plan to be decided.</summary>
    private static async Task<StandInIssue> AskAsync(GitHubRig rig, bool isPosted = true)
    {
        var issue = rig.StandIn.World.AddIssue(rig.Repository, rig.Ada, "Deploy it", "Do it, @drafthorse.");
        await rig.DeliverAsync("issues", rig.StandIn.IssuePayload("opened", rig.Repository, issue, rig.Ada));
        await rig.DrainAsync();
        var id = ThreadId.FromKey(rig.IssueKey(issue));
        var approval = new Approval { Id = $"{id}.1", Kind = ApprovalKinds.Plan, Hash = Hash, Title = "Deploy", Inbox = 0, AskedFor = "github:ada", AskedAt = rig.Time.GetUtcNow(), ExpiresAt = rig.Time.GetUtcNow().AddDays(7), Holds = true };
        var asked = new ApprovalAsked { Id = approval.Id, Kind = approval.Kind, Hash = Hash, Title = "Deploy", Text = "1. Build\u202E\n2. Deploy", WhoMay = "x", ExpiresAt = approval.ExpiresAt };
        await rig.RunAsync(ThreadStatus.Waiting, new ThreadFacts { Approvals = [approval] }, isPosted ? [new ReplyEffect { Run = 0, Outcome = ThreadStatus.Waiting, Text = "see the plan", Asked = [asked] }.ToOutbox()] : []);
        await rig.DrainAsync();
        return issue;
    }

    private static void AssertTold(StandInIssue issue, string? words)
    {
        var ours = issue.Comments.Where(comment => comment.Author.Login == "drafthorse-machine" && !comment.Body.Contains("Please decide", StringComparison.Ordinal)).ToList();
        if (words is null)
            Assert.Empty(ours);
        else
            Assert.Contains(words, Assert.Single(ours).Body, StringComparison.Ordinal);
    }
}
