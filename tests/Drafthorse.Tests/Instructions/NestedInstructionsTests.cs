using Drafthorse.Harness;
using Drafthorse.Harness.Threads;
using Drafthorse.Tests.Agent;
using Drafthorse.Tests.Brief;

namespace Drafthorse.Tests.Instructions;

/// <summary>What a folder's instructions say is told when the model gets there, once, in order.</summary>
public sealed class NestedInstructionsTests
{
    private static readonly (string, string)[] Files = [("AGENTS.md", "top rule"), ("a/AGENTS.md", "rule of a"), ("a/b/AGENTS.md", "rule of b"), ("c/CLAUDE.md", "rule of c")];

    [Theory]
    [InlineData("read_file", """{"path":"a/b/x.py"}""")]
    [InlineData("read_file", """{"file_path":"/src/o/r/a/b/x.py"}""")]
    [InlineData("read_file", """{"path":"c/../a/./b/x.py"}""")]
    [InlineData("write_file", """{"path":"a/b/new.py","content":""}""")]
    [InlineData("edit_file", """{"path":"a/b/x.py","old_text":"1","new_text":"2"}""")]
    [InlineData("apply_patch", """{"patch":"*** Begin Patch\n*** Update File: a/b/x.py\n*** End Patch"}""")]
    [InlineData("apply_patch", """{"input":"--- a/a/b/x.py\n+++ b/a/b/x.py\n@@ -1 +1 @@\n"}""")]
    [InlineData("delete_file", """{"path":"a/b"}""")]
    [InlineData("list_files", """{"path":"a/b/"}""")]
    [InlineData("glob_files", """{"pattern":"a/b/*.py"}""")]
    [InlineData("grep_files", """{"pattern":"x","path":"a/b"}""")]
    [InlineData("execute", """{"command":"ls","working_directory":"a/b"}""")]
    [InlineData("execute", """{"command":"cd a/b && ls"}""")]
    public async Task EachTool_ThatEntersAFolder_TellsTheFoldersAboveFirst_AndOnce(string tool, string arguments)
    {
        using var agent = await InstructedAgent.CreateAsync(Files);
        agent.Model.Calls((tool, arguments)).Calls((tool, arguments)).Says("done");

        await agent.Harness.SendAsync("go");

        Assert.Equal(["a/AGENTS.md", "a/b/AGENTS.md"], await agent.ToldAsync());
        Assert.DoesNotContain("rule of a", agent.All(0), StringComparison.Ordinal);
        var shown = agent.Harness.Shown(1)[^1];
        Assert.True(shown.IndexOf("rule of a\n", StringComparison.Ordinal) < shown.IndexOf("rule of b\n", StringComparison.Ordinal), shown);
        Assert.StartsWith("<notice topic=\"instructions\"", shown, StringComparison.Ordinal);
        Assert.Equal(agent.Harness.Shown(1), agent.Harness.Shown(2)[..agent.Harness.Shown(1).Length]);
    }

    [Theory]
    [InlineData("read_file", """{"path":"../../../etc/passwd"}""")]
    [InlineData("read_file", """{"path":"/src/o/r2/a/b/x"}""")]
    [InlineData("read_file", """{"path":"x.py"}""")]
    [InlineData("execute", """{"command":"cd $A/b"}""")]
    [InlineData("read_file", """{"path":"a/\ud800"}""")]
    public async Task Call_ThatStaysOutside_TellsNothing(string tool, string arguments)
    {
        using var agent = await InstructedAgent.CreateAsync(Files);
        agent.Model.Calls((tool, arguments)).Says("done");

        await agent.Harness.SendAsync("go");

        Assert.DoesNotContain("a/b/AGENTS.md", await agent.ToldAsync());
    }

    [Fact]
    public async Task CallsSideBySide_AndAnotherRun_AndAnotherProcess_TellEachOnce()
    {
        using var agent = await InstructedAgent.CreateAsync(Files);
        agent.Model.Calls(("1", "read_file", """{"path":"a/b/x"}"""), ("2", "read_file", """{"path":"a/b/y"}"""), ("3", "list_files", """{"path":"c"}""")).Says("done").Calls(("read_file", """{"path":"a/z"}""")).Says("again");
        await agent.Harness.SendAsync("go");
        await agent.Harness.SendAsync("more");
        var other = agent.New(agent.Harness.Store);
        other.Model.Calls(("read_file", """{"path":"a/b/z"}""")).Says("third");

        await other.SendAsync("and more");

        Assert.Equal(["a/AGENTS.md", "a/b/AGENTS.md", "c/CLAUDE.md"], (await agent.ToldAsync()).Order(StringComparer.Ordinal));
        Assert.Equal(agent.Harness.Shown(3), other.Shown(0)[..agent.Harness.Shown(3).Length]);
        Assert.Equal(2, agent.Opened - 1);
    }

    [Fact]
    public async Task Compaction_ThatDropsThem_HasThemToldAgain_WhenTheFolderIsEnteredAgain()
    {
        using var agent = await InstructedAgent.CreateAsync(new CompactionOptions { KeepMessages = 2 }, [.. Files.Select(file => (file.Item1, ProjectWorld.File, file.Item2))]);
        agent.Model.Calls(("read_file", """{"path":"a/x"}""")).Calls(("read_file", """{"path":"q/x"}""")).Calls(("read_file", """{"path":"q/y"}""")).Says("half").Says("the summary")
            .Calls(("read_file", """{"path":"q/z"}""")).Calls(("read_file", """{"path":"a/z"}""")).Says("done");
        await agent.Harness.SendAsync(new string('x', 5_000));
        Assert.NotNull(await agent.Harness.Agent.CompactAsync(agent.Harness.ThreadId, TestContext.Current.CancellationToken));

        await agent.Harness.SendAsync("more");

        Assert.Equal(["a/AGENTS.md", "a/AGENTS.md"], await agent.ToldAsync());
        Assert.DoesNotContain("rule of a", agent.All(^2), StringComparison.Ordinal);
        Assert.Contains("rule of a", agent.All(^1), StringComparison.Ordinal);
        Assert.Contains("top rule", agent.System(^1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compaction_ThatKeepsThem_HasThemNotToldAgain()
    {
        using var agent = await InstructedAgent.CreateAsync(new CompactionOptions { KeepMessages = 6 }, [.. Files.Select(file => (file.Item1, ProjectWorld.File, file.Item2))]);
        agent.Model.Calls(("read_file", """{"path":"q/x"}""")).Calls(("read_file", """{"path":"a/x"}""")).Says("half").Says("the summary").Calls(("read_file", """{"path":"a/z"}""")).Says("done");
        await agent.Harness.SendAsync(new string('x', 9_000));
        Assert.NotNull(await agent.Harness.Agent.CompactAsync(agent.Harness.ThreadId, TestContext.Current.CancellationToken));

        await agent.Harness.SendAsync("more");

        Assert.Equal(["a/AGENTS.md"], await agent.ToldAsync());
        Assert.Contains("rule of a", agent.All(^1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SameText_InTwoFiles_OrAsALink_IsToldOnce()
    {
        using var agent = await InstructedAgent.CreateAsync(null,
            ("AGENTS.md", ProjectWorld.File, "one rule\nfor all\n"), ("CLAUDE.md", ProjectWorld.Link, "AGENTS.md"),
            ("a/AGENTS.md", ProjectWorld.File, "one rule\nfor all"), ("b/AGENTS.md", ProjectWorld.Link, "../docs/b.md"), ("docs/b.md", ProjectWorld.File, "rule of b"), ("b/CLAUDE.md", ProjectWorld.File, "rule of b"),
            ("d/AGENTS.md", ProjectWorld.Link, "../../../etc/passwd"), ("e/AGENTS.md", ProjectWorld.Link, "AGENTS.md"));
        agent.Model.Calls(("read_file", """{"path":"a/x"}""")).Calls(("read_file", """{"path":"b/x"}""")).Calls(("read_file", """{"path":"d/x"}""")).Calls(("read_file", """{"path":"e/x"}""")).Says("done");

        await agent.Harness.SendAsync("go");

        Assert.Equal(["b/AGENTS.md", "d/AGENTS.md", "e/AGENTS.md"], await agent.ToldAsync());
        Assert.Single(agent.System(0).Split("one rule")[1..]);
        Assert.Contains("d/AGENTS.md holds instructions and was not read: it leads to no file of the repository", agent.All(4), StringComparison.Ordinal);
    }
}
