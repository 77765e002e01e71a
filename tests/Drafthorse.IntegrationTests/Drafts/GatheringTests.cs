using System.Text.Json.Nodes;
using Drafthorse.Demo;
using Drafthorse.Harness.Threads;

namespace Drafthorse.IntegrationTests.Drafts;

/// <summary>What a run made is in its draft wherever it made it; what it did not mean to make is not.</summary>
public class GatheringTests
{
    private const string Mend = "sed -i 's/name=$2/name=$1/' greet.sh";

    [Theory]
    [InlineData("git checkout -q -b fix; " + Mend + "; git commit -qam x; git checkout -q -")]
    [InlineData("git checkout -q --detach; " + Mend + "; git commit -qam x; git switch -q -")]
    [InlineData("git worktree add -q -b fix ../wt; cd ../wt; " + Mend + "; git commit -qam x")]
    [InlineData("git worktree add -q --detach ../wt; cd ../wt; " + Mend + "; git commit -qam x")]
    [InlineData("git checkout -q -b fix; " + Mend + "; git commit -qam x")]
    public async Task CommitsElsewhere_AndNothingHere_AreInTheDraft(string command)
    {
        await using var world = await DraftWorld.CreateAsync(DemoProject.Files);
        var pull = await RunAsync(world, [DraftWorld.Says("", command), DraftWorld.Says("Done.")]);

        Assert.Contains("name=$1", await world.GitAsync("show", $"{pull}:greet.sh"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("git checkout -q -b fix; " + Mend + "; git commit -qam x; git checkout -q -; echo more >> README.md", "git merge -q --no-edit fix")]
    [InlineData(Mend + "; git commit -qam x; git reset -q --hard HEAD~1", "git reset -q --hard 'HEAD@{1}'")]
    [InlineData(Mend + "; git stash -q", "git stash pop -q")]
    [InlineData("git worktree add -q --detach ../wt; cd ../wt; " + Mend, "(cd ../wt; git diff) | git apply; git worktree remove --force ../wt")]
    [InlineData("git checkout -q -b a; " + Mend + "; git commit -qam x; git checkout -q -; git checkout -q -b b; echo more >> README.md; git commit -qam y; git checkout -q HEAD~1", "git merge -q --no-edit a b")]
    public async Task WorkElsewhere_OfWhichItIsAQuestion_IsToldOnce_AndBroughtOver(string command, string bringsOver)
    {
        await using var world = await DraftWorld.CreateAsync(DemoProject.Files);
        var pull = await RunAsync(world, [DraftWorld.Says("", command), DraftWorld.Says("Done."), DraftWorld.Says("", bringsOver), DraftWorld.Says("Brought over.")]);

        Assert.Contains("name=$1", await world.GitAsync("show", $"{pull}:greet.sh"), StringComparison.Ordinal);
        Assert.Contains("left:", Assert.Single(await NoticesAsync(world)).Output!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WorkElsewhere_ThatTheModelLeaves_IsToldToPeople()
    {
        await using var world = await DraftWorld.CreateAsync(DemoProject.Files);
        await RunAsync(world, [DraftWorld.Says("", "git checkout -q -b try; echo a > a; git add a; git commit -qm x; git checkout -q -; " + Mend), DraftWorld.Says("Done."), DraftWorld.Says("It was a try.")]);

        Assert.Single(await NoticesAsync(world));
        Assert.Contains("Left in the sandbox and not in the draft: branch", world.Reply(world.Repository.Issues[0]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Mend + "; git commit -qam x; git commit -q --amend -m y")]
    [InlineData(Mend + "; git commit -qam x; echo more >> README.md; git commit -qam y; git reset -q --soft HEAD~2; git commit -qm both")]
    [InlineData("git checkout -q -b side; " + Mend + "; git commit -qam x; git checkout -q -; git merge -q --no-ff --no-edit side")]
    [InlineData("git checkout -q -b side; " + Mend + "; git commit -qam x; git checkout -q -; echo more >> README.md; git commit -qam y; git cherry-pick side >/dev/null")]
    public async Task CommitsThatTheDraftHasInOtherShape_AreNoQuestion(string command)
    {
        await using var world = await DraftWorld.CreateAsync(DemoProject.Files);
        var pull = await RunAsync(world, [DraftWorld.Says("", command), DraftWorld.Says("Done.")]);

        Assert.Contains("name=$1", await world.GitAsync("show", $"{pull}:greet.sh"), StringComparison.Ordinal);
        Assert.Empty(await NoticesAsync(world));
    }

    [Fact]
    public async Task CommitsThatWereBroughtOverAndReworded_AreNoQuestionInALaterRun()
    {
        await using var world = await DraftWorld.CreateAsync(DemoProject.Files);
        var pull = await RunAsync(
            world,
            [
                DraftWorld.Says("", "git checkout -q -b fix; " + Mend + "; git commit -qam x; git checkout -q -"), DraftWorld.Says("Done."),
                DraftWorld.Says("", "git fetch -q origin; echo more >> README.md"), DraftWorld.Says("More."),
            ]);
        var issue = world.Repository.Issues[0];

        await world.CommentAsync(issue, "@drafthorse say more");
        await world.RestsAsync(world.ThreadOf(issue), runs: 2);

        Assert.Empty(await NoticesAsync(world));
        Assert.Equal("2", await world.GitAsync("rev-list", "--count", $"main..{pull}"));
    }

    [Theory]
    [InlineData("git merge -q side", "git checkout -q --ours greet.sh; git add greet.sh; git commit -q --no-edit", "conflicts")]
    [InlineData("git rebase -q side", "git rebase --abort", "rebase")]
    [InlineData("git cherry-pick side", "git cherry-pick --abort", "conflicts")]
    [InlineData("git bisect start HEAD HEAD~1", "git bisect reset", "bisect")]
    public async Task GitInTheMiddleOfSomething_IsToldBeforeAnythingIsCommitted(string begins, string ends, string what)
    {
        const string Sides = "git checkout -q -b side; sed -i 's/name=$2/name=$3/' greet.sh; git commit -qam side; git checkout -q -; " + Mend + "; git commit -qam x; ";
        await using var world = await DraftWorld.CreateAsync(DemoProject.Files);
        var pull = await RunAsync(world, [DraftWorld.Says("", Sides + begins), DraftWorld.Says("Done."), DraftWorld.Says("", ends + "; git branch -q -D side"), DraftWorld.Says("Ended it."), DraftWorld.Says("Side was a try.")]);

        Assert.Contains("name=$1", await world.GitAsync("show", $"{pull}:greet.sh"), StringComparison.Ordinal);
        Assert.DoesNotContain("<<<<", await world.GitAsync("log", "-p", $"main..{pull}"), StringComparison.Ordinal);
        Assert.Contains(what, (await NoticesAsync(world))[0].Output!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("git init -q inner; echo x > inner/x")]
    [InlineData("git init -q inner; cd inner; echo x > x; git add x; git commit -qm x; cd ..; git add -A 2>/dev/null; git commit -qm all")]
    [InlineData("git clone -q . inner 2>/dev/null")]
    public async Task RepositoryWithin_IsNeverABareGitlink_AndIsToldOnce(string command)
    {
        await using var world = await DraftWorld.CreateAsync(DemoProject.Files);
        var pull = await RunAsync(world, [DraftWorld.Says("", Mend + "; " + command), DraftWorld.Says("Done."), DraftWorld.Says("Leave it.")]);

        Assert.DoesNotContain("160000", await world.GitAsync("ls-tree", "-r", pull), StringComparison.Ordinal);
        Assert.Contains("name=$1", await world.GitAsync("show", $"{pull}:greet.sh"), StringComparison.Ordinal);
        Assert.Contains("repository: inner/", Assert.Single(await NoticesAsync(world)).Output!, StringComparison.Ordinal);
        Assert.Contains("a repository of its own: inner/", world.Reply(world.Repository.Issues[0]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SubmoduleOfTheBase_Stays()
    {
        await using var world = await DraftWorld.CreateAsync(new Dictionary<string, string>(DemoProject.Files) { [".gitmodules"] = "[submodule \"lib\"]\n\tpath = lib\n\turl = ../lib\n" });
        await world.GitlinkAsync("lib");
        var pull = await RunAsync(world, [DraftWorld.Says("", Mend), DraftWorld.Says("Done.")]);

        Assert.Contains("160000", await world.GitAsync("ls-tree", pull, "lib"), StringComparison.Ordinal);
        Assert.Empty(await NoticesAsync(world));
    }

    [Theory]
    [InlineData("mkdir -p web/node_modules/a; echo 1 > web/node_modules/a/i.js; echo 2 > web/app.js", "web/app.js", "web/node_modules/")]
    [InlineData("mkdir -p .venv/lib; echo 1 > .venv/lib/a.py; mkdir v; echo home > v/pyvenv.cfg; echo 2 > v/b.py; echo 2 > app.py", "app.py", ".venv/ v/")]
    [InlineData("mkdir -p bin/Debug obj target; touch bin/Debug/a.dll obj/project.assets.json; for i in $(seq 30); do touch target/$i; done; echo 2 > a.cs", "a.cs", "bin/ obj/ target/")]
    [InlineData("mkdir -p data; for i in $(seq 600); do echo $i > data/$i; done; echo 2 > a.py", "a.py", "data/")]
    [InlineData("head -c 30000000 /dev/zero > core.1; echo 2 > a.py", "a.py", "core.1")]
    public async Task TreesThatAToolMade_AreHeldBack_AndToldOnce(string command, string kept, string held)
    {
        await using var world = await DraftWorld.CreateAsync(DemoProject.Files);
        var pull = await RunAsync(world, [DraftWorld.Says("", Mend + "; " + command), DraftWorld.Says("Done."), DraftWorld.Says("Leave them.")]);

        var files = await world.GitAsync("ls-tree", "-r", "--name-only", pull);
        Assert.Contains(kept, files, StringComparison.Ordinal);
        var output = Assert.Single(await NoticesAsync(world)).Output!;
        foreach (var tree in held.Split(' '))
        {
            Assert.DoesNotContain(tree, files, StringComparison.Ordinal);
            Assert.Contains($"large: {tree}", output, StringComparison.Ordinal);
        }

        Assert.Contains("Held back, as a tool made it: ", world.Reply(world.Repository.Issues[0]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("echo node_modules/ > .gitignore", false)]
    [InlineData("git add -f node_modules", true)]
    public async Task TreesThatAToolMade_AreIgnoredOrCommittedOnPurpose(string decides, bool committed)
    {
        await using var world = await DraftWorld.CreateAsync(DemoProject.Files);
        var pull = await RunAsync(
            world, [DraftWorld.Says("", Mend + "; mkdir node_modules; echo 1 > node_modules/i.js"), DraftWorld.Says("Done."), DraftWorld.Says("", decides), DraftWorld.Says("As it should be."), DraftWorld.Says("As I said.")]);

        Assert.Equal(committed, (await world.GitAsync("ls-tree", "-r", "--name-only", pull)).Contains("node_modules/i.js", StringComparison.Ordinal));
        Assert.DoesNotContain("Held back", world.Reply(world.Repository.Issues[0]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TreeThatAToolMade_CommittedByTheModelUnasked_IsAsked()
    {
        await using var world = await DraftWorld.CreateAsync(DemoProject.Files);
        var pull = await RunAsync(
            world,
            [
                DraftWorld.Says("", Mend + "; mkdir node_modules; echo 1 > node_modules/i.js; git add -A; git commit -qm all"), DraftWorld.Says("Done."),
                DraftWorld.Says("", "git rm -rq --cached node_modules; echo node_modules > .gitignore; git add -A; git commit -qm without"), DraftWorld.Says("Took it out."),
            ]);

        Assert.Contains("committed: node_modules/", Assert.Single(await NoticesAsync(world)).Output!, StringComparison.Ordinal);
        Assert.DoesNotContain("node_modules/i.js", await world.GitAsync("ls-tree", "-r", "--name-only", pull), StringComparison.Ordinal);
    }

    /// <summary>The branch of the draft that a run with this script makes.</summary>
    private static async Task<string> RunAsync(DraftWorld world, JsonArray script)
    {
        await world.ServeAsync(script);
        var issue = world.OpenIssue();
        await world.DeliverIssueAsync(issue);
        var thread = await world.RestsAsync(world.ThreadOf(issue));
        Assert.Equal(ThreadStatus.Done, thread.State);
        return Assert.Single(world.Repository.PullRequests).Head;
    }

    private static async Task<IReadOnlyList<NoticeGiven>> NoticesAsync(DraftWorld world) =>
        [.. (await world.JournalAsync(world.ThreadOf(world.Repository.Issues[0]))).OfType<NoticeGiven>().Where(notice => notice.Topic == "done")];
}
