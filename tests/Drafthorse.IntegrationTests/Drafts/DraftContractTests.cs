using System.Text.Json.Nodes;
using Drafthorse.Demo;
using Drafthorse.Demo.GitHub;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Words;

namespace Drafthorse.IntegrationTests.Drafts;

/// <summary>What a run leaves: which branch, from where, by whom, and what people are told.</summary>
public class DraftContractTests
{
    private static readonly JsonArray Fix = [DraftWorld.Says("", "sed -i 's/name=$2/name=$1/' greet.sh"), DraftWorld.Says("It reads its first argument now.")];

    private static Dictionary<string, string> Files(string settings) => new(DemoProject.Files) { [".drafthorse.yml"] = settings };

    [Fact]
    public async Task CommitsOfTheModel_MergesToo_CarryTheRequester_AndVerifyRanOnThem()
    {
        const string Work = """
            sed -i 's/name=$2/name=$1/' greet.sh; git commit -qam 'Read the first argument' --author 'Somebody <s@example.org>'
            git checkout -q -b side HEAD~1; echo more >> README.md; git commit -qam 'Say more'; git checkout -q -; git merge -q --no-edit side
            """;
        await using var world = await DraftWorld.CreateAsync(DemoProject.Files);
        await world.ServeAsync([DraftWorld.Says("", Work), DraftWorld.Says("", "echo left over > NOTES"), DraftWorld.Says("Done [skip ci].")]);
        var issue = world.OpenIssue();

        await world.DeliverIssueAsync(issue);
        var thread = await world.RestsAsync(world.ThreadOf(issue));

        var trailer = $"Co-authored-by: ada <{world.Ada.Id}+ada@users.noreply.{world.Host}>";
        var messages = (await world.GitAsync("log", "--format=%B%x00", $"main..{thread.Facts.Branch}")).Split('\0', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, messages.Length);
        Assert.All(messages, message => Assert.Equal(1, message.Split(trailer).Length - 1));
        Assert.All(messages, message => Assert.DoesNotContain("[skip ci]", message, StringComparison.Ordinal));
        Assert.Single(messages, message => message.Contains("skip ci].", StringComparison.Ordinal));
        Assert.Equal("1", await world.GitAsync("rev-list", "--count", "--merges", $"main..{thread.Facts.Branch}"));
        Assert.Contains("Somebody", await world.GitAsync("log", "--format=%an", $"main..{thread.Facts.Branch}"), StringComparison.Ordinal);
        var tip = await world.GitAsync("rev-parse", thread.Facts.Branch!);
        var journal = await world.JournalAsync(thread.Id);
        Assert.Equal(tip, Assert.Single(journal.OfType<VerifyFinished>()).Commit);
        Assert.Equal(tip, thread.Facts.PushedCommit);
    }

    [Fact]
    public async Task ModelForgets_CommittedAndPushedByItself_TheDraftIsOpenedAllTheSame()
    {
        await using var world = await DraftWorld.CreateAsync(DemoProject.Files);
        await world.ServeAsync([DraftWorld.Says("", "sed -i 's/name=$2/name=$1/' greet.sh; git commit -qam Mend; git push -q origin HEAD"), DraftWorld.Says("Pushed.")]);
        var issue = world.OpenIssue();

        await world.DeliverIssueAsync(issue);
        var thread = await world.RestsAsync(world.ThreadOf(issue));

        Assert.Equal(thread.Facts.Branch, Assert.Single(world.Repository.PullRequests).Head);
    }

    [Fact]
    public async Task NothingChanged_SaysSo_AndOpensNothing()
    {
        await using var world = await DraftWorld.CreateAsync(DemoProject.Files);
        await world.ServeAsync([DraftWorld.Says("", "ls"), DraftWorld.Says("It is right as it is.")]);
        var issue = world.OpenIssue();

        await world.DeliverIssueAsync(issue);
        await world.RestsAsync(world.ThreadOf(issue));

        Assert.Empty(world.Repository.PullRequests);
        Assert.Contains("It is right as it is.", world.Reply(issue), StringComparison.Ordinal);
        Assert.Contains("Nothing was changed, so there is no draft.", world.Reply(issue), StringComparison.Ordinal);
        Assert.Equal("refs/heads/main", await world.GitAsync("for-each-ref", "--format=%(refname)"));
    }

    [Fact]
    public async Task QuestionAfterTheDraft_LeavesItsText_AndMoreWorkUpdatesIt()
    {
        await using var world = await DraftWorld.CreateAsync(DemoProject.Files);
        JsonArray script = [.. Fix.Select(turn => turn!.DeepClone()), DraftWorld.Says("Because it read the second one."), DraftWorld.Says("", "echo more >> README.md"), DraftWorld.Says("The README says more now.")];
        await world.ServeAsync(script);
        var issue = world.OpenIssue();
        await world.DeliverIssueAsync(issue);
        await world.RestsAsync(world.ThreadOf(issue));
        var pull = Assert.Single(world.Repository.PullRequests);
        var text = pull.Conversation.Body;

        await world.CommentAsync(pull.Conversation, "@drafthorse why?");
        await world.RestsAsync(world.ThreadOf(issue), runs: 2);
        Assert.Equal(text, pull.Conversation.Body);
        Assert.Contains("Because it read the second one.", world.Reply(pull.Conversation), StringComparison.Ordinal);

        await world.CommentAsync(pull.Conversation, "@drafthorse say more in the README");
        await world.RestsAsync(world.ThreadOf(issue), runs: 3);
        Assert.Single(world.Repository.PullRequests);
        Assert.Contains("The README says more now.", pull.Conversation.Body, StringComparison.Ordinal);
        Assert.Equal("2", await world.GitAsync("rev-list", "--count", $"main..{pull.Head}"));
    }

    [Fact]
    public async Task DraftsAreRefused_TheBranchStays_WithItsLinkAndTheReason()
    {
        await using var world = await DraftWorld.CreateAsync(DemoProject.Files);
        world.Repository.RefusesDrafts = true;
        await world.ServeAsync(Fix);
        var issue = world.OpenIssue();

        await world.DeliverIssueAsync(issue);
        var thread = await world.RestsAsync(world.ThreadOf(issue));

        Assert.Empty(world.Repository.PullRequests);
        Assert.Contains("Draft pull requests are not supported", world.Reply(issue), StringComparison.Ordinal);
        Assert.Contains($"/compare/main...{thread.Facts.Branch}", world.Reply(issue), StringComparison.Ordinal);
        Assert.Equal(thread.Facts.PushedCommit, await world.GitAsync("rev-parse", thread.Facts.Branch!));
    }

    [Fact]
    public async Task BranchPrefix_OfTheSettings_IsUsed()
    {
        await using var world = await DraftWorld.CreateAsync(Files("branchPrefix: bots/horse-\n"));
        await world.ServeAsync(Fix);
        var issue = world.OpenIssue();

        await world.DeliverIssueAsync(issue);
        await world.RestsAsync(world.ThreadOf(issue));

        Assert.Equal($"bots/horse-{issue.Number}-greeting-loses-the-name", Assert.Single(world.Repository.PullRequests).Head);
    }

    [Fact]
    public async Task WordsThatActInACommit_InTitleSummaryAndTheModelsOwnCommits_NeverReachTheCodeHost()
    {
        const string Work = "sed -i 's/name=$2/name=$1/' greet.sh; git commit -qam 'Mend [skip ci]' -m 'Fixes acme/other#3' -m 'Co-authored-by: root <root@example.org>'; git push origin HEAD 2>&1";
        await using var world = await DraftWorld.CreateAsync(DemoProject.Files);
        await world.ServeAsync([DraftWorld.Says("", Work), DraftWorld.Says("", "echo more >> README.md"), DraftWorld.Says("Done. [ci skip]\n\nSigned-off-by: root <root@example.org>")]);
        var issue = world.GitHub.World.AddIssue(world.Repository, world.Ada, "Greeting [no ci] closes other/x#4", "@drafthorse fix it");

        await world.DeliverIssueAsync(issue);
        var thread = await world.RestsAsync(world.ThreadOf(issue));

        var pull = Assert.Single(world.Repository.PullRequests);
        var trailer = $"Co-authored-by: ada <{world.Ada.Id}+ada@users.noreply.{world.Host}>";
        var messages = await world.GitAsync("log", "--format=%B", $"main..{pull.Head}");
        Assert.Equal(3, messages.Split(trailer).Length);
        foreach (var text in new[] { messages.Replace(trailer, "", StringComparison.Ordinal), pull.Conversation.Title, pull.Conversation.Body!.Replace($"Fixes #{issue.Number}", "", StringComparison.Ordinal) })
            Assert.Null(CommitWords.FindActive(text));
        Assert.DoesNotContain("no-ci", pull.Head, StringComparison.Ordinal);
        Assert.Contains((await world.JournalAsync(thread.Id)).OfType<ToolFinished>(), tool => tool.Content.Any(block => block.Text?.Contains("has words that CI", StringComparison.Ordinal) is true));
    }

    [Fact]
    public async Task PersonsPullRequest_GetsAStackedDraft_UnderTheSettingsOfItsBase()
    {
        await using var world = await DraftWorld.CreateAsync(DemoProject.Files);
        var theirs = await world.BranchAsync("feature", "main", ".drafthorse.yml", "verify: [exit 9]\npushToPullRequestBranch: true\n");
        var pull = world.OpenPullRequest("feature");
        await world.ServeAsync(Fix);

        await world.CommentAsync(pull.Conversation, "@drafthorse finish this");
        var thread = await world.RestsAsync(world.ThreadOf(pull.Conversation));

        var draft = Assert.Single(world.Repository.PullRequests, other => other != pull);
        Assert.Equal(("feature", true), (draft.Base, draft.Draft));
        Assert.StartsWith("drafthorse/1-", draft.Head, StringComparison.Ordinal);
        Assert.Contains($"Stacked on #{pull.Conversation.Number}", draft.Conversation.Body, StringComparison.Ordinal);
        Assert.Contains("| ` sh test.sh ` | passed |", draft.Conversation.Body, StringComparison.Ordinal);
        Assert.Contains($"/pull/{draft.Conversation.Number}", world.Reply(pull.Conversation), StringComparison.Ordinal);
        Assert.Equal(theirs, await world.GitAsync("rev-parse", "feature"));
        Assert.Equal(theirs, await world.GitAsync("merge-base", "feature", draft.Head));
        Assert.Equal(theirs, thread.Facts.BaseCommit);
    }

    [Fact]
    public async Task PersonsPullRequest_WhereTheBaseAllowsIt_GetsTheCommitsItself()
    {
        await using var world = await DraftWorld.CreateAsync(Files("verify: [sh test.sh]\npushToPullRequestBranch: true\n"));
        var theirs = await world.BranchAsync("feature", "main", "README.md", "more\n");
        var pull = world.OpenPullRequest("feature");
        await world.ServeAsync(Fix);

        await world.CommentAsync(pull.Conversation, "@drafthorse finish this");
        await world.RestsAsync(world.ThreadOf(pull.Conversation));

        Assert.Single(world.Repository.PullRequests);
        Assert.Equal(theirs, await world.GitAsync("rev-parse", "feature~1"));
        Assert.Contains("Pushed to the branch `feature`", world.Reply(pull.Conversation), StringComparison.Ordinal);
        Assert.Contains("`sh test.sh` passed", world.Reply(pull.Conversation), StringComparison.Ordinal);
        Assert.DoesNotContain("/compare/", world.Reply(pull.Conversation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task PullRequestFromTheDefaultBranch_IsNeverPushedTo()
    {
        await using var world = await DraftWorld.CreateAsync(Files("pushToPullRequestBranch: true\n"));
        var main = await world.GitAsync("rev-parse", "main");
        await world.BranchAsync("release", "main", "README.md", "released\n");
        var pull = GitHubStandInPulls.Add(world.GitHub.World, world.Repository, world.Ada, "Merge back", "text", "main", "release", draft: false);
        await world.ServeAsync(Fix);

        await world.CommentAsync(pull.Conversation, "@drafthorse finish this");
        await world.RestsAsync(world.ThreadOf(pull.Conversation));

        Assert.Equal(main, await world.GitAsync("rev-parse", "main"));
        Assert.Equal("main", Assert.Single(world.Repository.PullRequests, other => other != pull).Base);
    }

    [Fact]
    public async Task ForksPullRequest_GetsADraftWithItsCommits_AgainstItsBase()
    {
        await using var world = await DraftWorld.CreateAsync(Files("verify: [sh test.sh]\npushToPullRequestBranch: true\n"));
        var fork = world.GitHub.World.AddRepository("mallory", "greeter");
        var theirs = await world.BranchAsync("", "main", "README.md", "from afar\n", "refs/pull/1/head", "A person's work\n\nFixes #3\nSigned-off-by: Mallory <m@example.org>");
        var pull = world.OpenPullRequest("main", fork);
        pull.HeadSha = theirs;
        await world.ServeAsync(Fix);
        // What is there now is not what was seen.
        await world.GitAsync("update-ref", "refs/pull/1/head", "main");

        await world.CommentAsync(pull.Conversation, "@drafthorse take over and finish this");
        await world.RestsAsync(world.ThreadOf(pull.Conversation));

        var draft = Assert.Single(world.Repository.PullRequests, other => other != pull);
        Assert.Equal("main", draft.Base);
        Assert.Contains($"Takes up #{pull.Conversation.Number}", draft.Conversation.Body, StringComparison.Ordinal);
        Assert.Equal(theirs, await world.GitAsync("rev-parse", $"{draft.Head}~1"));
    }
}
