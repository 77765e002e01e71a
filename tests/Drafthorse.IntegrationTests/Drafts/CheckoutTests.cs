using System.Text.Json.Nodes;
using Drafthorse.Demo;
using Drafthorse.Harness.Threads;

namespace Drafthorse.IntegrationTests.Drafts;

/// <summary>What a checkout holds and what its branch is called, whatever the repository is like.</summary>
public class CheckoutTests
{
    private static readonly JsonArray Fix = [DraftWorld.Says("", "sed -i 's/name=$2/name=$1/' greet.sh"), DraftWorld.Says("It reads its first argument now.")];

    private static Dictionary<string, string> Files(string settings) => new(DemoProject.Files) { [".drafthorse.yml"] = settings };

    [Theory]
    [InlineData("drafthorse", "", "drafthorse-1-greeting-loses-the-name")]
    [InlineData("Drafthorse", "", "drafthorse-1-greeting-loses-the-name")]
    [InlineData("drafthorse/1-greeting-loses-the-name/x", "", "drafthorse-1-greeting-loses-the-name")]
    [InlineData("bots", "branchPrefix: bots/\n", "bots-1-greeting-loses-the-name")]
    public async Task BranchInTheWay_AnotherNameIsTaken(string branch, string settings, string expected)
    {
        await using var world = await DraftWorld.CreateAsync(Files($"{settings}verify: [sh test.sh]\n"));
        await world.BranchAsync(branch, "main", "README.md", "theirs\n");
        await world.ServeAsync(Fix);
        var issue = world.OpenIssue();

        await world.DeliverIssueAsync(issue);
        await world.RestsAsync(world.ThreadOf(issue));

        Assert.Equal(expected, Assert.Single(world.Repository.PullRequests).Head);
        Assert.Equal(await world.GitAsync("rev-parse", "main"), await world.GitAsync("rev-parse", $"{expected}~1"));
    }

    [Fact]
    public async Task Tags_AreThereForVersionTools_InTheCheckoutAndInTheCleanOne()
    {
        await using var world = await DraftWorld.CreateAsync(Files("verify: ['git describe --tags | grep ^v1.0-', 'test \"$(git tag | wc -l)\" = 2']\n"));
        await world.GitAsync("tag", "v1.0", "main");
        await world.BranchAsync("side", "main", "README.md", "side\n");
        await world.GitAsync("tag", "side-1", "side");
        await world.ServeAsync([DraftWorld.Says("", "git describe --tags > VERSION; sed -i 's/name=$2/name=$1/' greet.sh"), DraftWorld.Says("Done.")]);
        var issue = world.OpenIssue();

        await world.DeliverIssueAsync(issue);
        await world.RestsAsync(world.ThreadOf(issue));

        var pull = Assert.Single(world.Repository.PullRequests);
        Assert.Equal("v1.0", await world.GitAsync("show", $"{pull.Head}:VERSION"));
        Assert.DoesNotContain("failed", pull.Conversation.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FilterThatIsRequiredAndMissing_PointersStayPointers_AndTheModelIsToldOnce()
    {
        const string Pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n";
        var files = Files("""
            setup:
              - git config --global filter.lfs.required true; git config --global filter.lfs.smudge 'no-such-program %f'; git config --global filter.lfs.clean 'no-such-program %f'
              - git config --global filter.other.required true; git config --global filter.other.process no-such-program
            verify: ['grep size data.bin', 'grep other x.txt']
            """);
        (files[".gitattributes"], files["data.bin"], files["x.txt"]) = ("*.bin filter=lfs diff=lfs merge=lfs -text\n*.txt filter=other\n", Pointer, "other\n");
        await using var world = await DraftWorld.CreateAsync(files);
        await world.ServeAsync(
            [
                DraftWorld.Says("", "sed -i 's/name=$2/name=$1/' greet.sh; touch data.bin; rm -f x.txt; git checkout -q -- x.txt; git status --porcelain > STATUS"), DraftWorld.Says("Done."),
                DraftWorld.Says("", "rm -rf \"$PWD\""), DraftWorld.Says("Gone."), DraftWorld.Says("Gone."), DraftWorld.Says("Gone."),
                DraftWorld.Says("", "cp data.bin copy"), DraftWorld.Says("Again."),
            ],
            "bubblewrap");
        var issue = world.OpenIssue();

        await world.DeliverIssueAsync(issue);
        var thread = await world.RestsAsync(world.ThreadOf(issue));
        var pull = Assert.Single(world.Repository.PullRequests);
        Assert.DoesNotContain("failed", pull.Conversation.Body, StringComparison.Ordinal);
        Assert.Equal("M greet.sh\n?? STATUS", (await world.GitAsync("show", $"{pull.Head}:STATUS")).Trim());
        Assert.Equal(Pointer.TrimEnd(), await world.GitAsync("show", $"{pull.Head}:data.bin"));

        await world.CommentAsync(issue, "@drafthorse start over");
        await world.RestsAsync(thread.Id, runs: 2);
        await world.CommentAsync(issue, "@drafthorse go on");
        await world.RestsAsync(thread.Id, runs: 3);

        Assert.Equal(Pointer.TrimEnd(), await world.GitAsync("show", $"{pull.Head}:copy"));
        Assert.Equal(2, (await world.JournalAsync(thread.Id)).OfType<NoticeGiven>().Count(notice => notice.Topic == "filters"));
    }

    [Fact]
    public async Task RepositoryIsRenamed_TheThreadGoesOn_WithItsDraft()
    {
        await using var world = await DraftWorld.CreateAsync(DemoProject.Files);
        await world.ServeAsync([.. Fix.Select(turn => turn!.DeepClone()), DraftWorld.Says("", "echo more >> README.md; git fetch -q origin"), DraftWorld.Says("More.")]);
        var issue = world.OpenIssue();
        await world.DeliverIssueAsync(issue);
        var thread = await world.RestsAsync(world.ThreadOf(issue));
        var pull = Assert.Single(world.Repository.PullRequests);

        world.Rename("newowner", "welcomer");
        await world.CommentAsync(pull.Conversation, "@drafthorse say more");
        await world.RestsAsync(thread.Id, runs: 2);

        Assert.Single(world.Repository.PullRequests);
        Assert.Equal("2", await world.GitAsync("rev-list", "--count", $"main..{pull.Head}"));
    }
}
