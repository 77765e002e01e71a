using Drafthorse.Channels.GitHub;
using Drafthorse.Demo.GitHub;
using Drafthorse.Harness.Channels;
using Drafthorse.Harness.Threads;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Drafthorse.IntegrationTests.Channels.GitHub;

/// <summary>A dispatcher that stands still between its last look at its lease and its request, while a successor does the same effect.</summary>
public sealed class GitHubFrozenTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Effects.Reply, false)]
    [InlineData(Effects.Reply, true)]
    [InlineData(Effects.Status, false)]
    [InlineData(Effects.Status, true)]
    public async Task Comment_FrozenBeforeItsRequest_TheSuccessorsAloneStays(string kind, bool isAnswerLost)
    {
        await using var rig = await GitHubRig.StartAsync();
        var issue = rig.StandIn.World.AddIssue(rig.Repository, rig.Ada, "Sum is wrong", "@drafthorse fix it");
        await rig.DeliverAsync("issues", rig.StandIn.IssuePayload("opened", rig.Repository, issue, rig.Ada));
        await rig.DrainAsync();
        await rig.RunAsync(ThreadStatus.Done, null, kind == Effects.Reply
            ? new ReplyEffect { Run = 1, Outcome = ThreadStatus.Done, Text = "It adds now." }.ToOutbox()
            : new StatusEffect { State = ThreadStatus.Done, Step = 1 }.ToOutbox(null));
        var entry = (await rig.Store.ClaimOutboxAsync(TimeSpan.FromSeconds(45), null, Ct))!;
        var first = 0L;
        var most = 0;
        string? page = null;

        // Its clock does not stop it: the request has left already when it wakes up.
        using var http = new HttpClient();
        using var old = new GitHubChannel(rig.Options, rig.Store, http, new FakeTimeProvider(rig.Time.GetUtcNow()), NullLoggerFactory.Instance, _ => null);
        var effect = old.PerformAsync(entry, FrozenAfterAsync, Ct);
        if (isAnswerLost)
            await Assert.ThrowsAsync<EffectException>(() => effect);
        else
            page = (await effect).Result;

        Assert.Equal(2, most);
        Assert.Equal(first, Assert.Single(issue.Comments).Id);
        Assert.True(isAnswerLost || page?.EndsWith($"-{first}", StringComparison.Ordinal) is true, page);

        async Task<bool> FrozenAfterAsync(CancellationToken cancellationToken)
        {
            most = issue.Comments.Count;
            if (!await rig.Store.HoldsOutboxAsync(entry, cancellationToken))
                return false;
            rig.Time.Advance(TimeSpan.FromMinutes(2));
            rig.Restart();
            await rig.DrainAsync();
            first = Assert.Single(issue.Comments).Id;
            if (isAnswerLost)
                rig.StandIn.Faults.Plan("POST", "/comments", StandInFault.CutAfter);
            return true;
        }
    }
}
