using Drafthorse.Harness;
using Drafthorse.Harness.Threads;
using Drafthorse.Tests.Agent;
using Drafthorse.Tests.Sandbox.Files;
using Microsoft.Extensions.Time.Testing;

namespace Drafthorse.Tests.Workspace;

/// <summary>What a thread is told of the workspace, when, and what its tools can do with it.</summary>
public sealed class WorkspaceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Instructions_LongerThanTheirShare_AreCut_AndTheRestIsReadByPath()
    {
        _folder.Put("AGENTS.md", string.Concat(Enumerable.Range(0, 10_000).Select(number => $"rule {number}\n")));
        var harness = New();
        harness.Model.Calls(("read_file", """{"path":"/agent/AGENTS.md","offset":12000,"limit":100}""")).Says("done");

        await harness.SendAsync("go");

        Assert.InRange(harness.Model.Requests[0][0].Text.Length, 12_000, 15_000);
        Assert.Contains("[only its beginning is shown: read /agent/AGENTS.md from offset 12000 on]", harness.Model.Requests[0][0].Text, StringComparison.Ordinal);
        Assert.Contains("rule 1", harness.Shown(1)[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Change_WhileAThreadRuns_IsToldOnce_AtTheNextStep_AndThePrefixStays()
    {
        _folder.Put("AGENTS.md", "rule one");
        _folder.Put("knowledge/x.md", "old");
        var harness = New();
        var isChanged = false;
        harness.OnTool = _ =>
        {
            if (!isChanged)
            {
                isChanged = true;
                _folder.Put("AGENTS.md", "rule two");
                _folder.Put("knowledge/y.md", "new");
                File.Delete(_folder.Inside("knowledge/x.md"));
            }

            _time.Advance(TimeSpan.FromSeconds(3));
            return Task.FromResult<object>("looked");
        };
        harness.Model.Calls(("look", "{}")).Calls(("1", "look_more", "{}"), ("2", "look", "{}")).Says("done").Says("again");

        await harness.SendAsync("go");
        await harness.SendAsync("more");

        var told = Assert.Single((await harness.JournalAsync()).Select(record => record.Event).OfType<WorkspaceChanged>());
        Assert.Equal(
            "The team has changed the workspace; this counts from now on.\n- /agent/AGENTS.md changed (from 8 to 8 bytes)\n- /agent/knowledge/y.md is new (3 bytes)\n- /agent/knowledge/x.md was removed\nThe workspace's AGENTS.md now says, in place of what it said before:\n\nrule two",
            told.Text);
        Assert.StartsWith("<notice topic=\"workspace\">", harness.Shown(1)[^1], StringComparison.Ordinal);
        for (var request = 1; request < 4; request++)
            Assert.Equal(harness.Shown(request - 1), harness.Shown(request)[..harness.Shown(request - 1).Length]);
    }

    [Fact]
    public async Task Change_BetweenRuns_IsToldByAProcessThatNeverSawTheOldFiles()
    {
        _folder.Put("AGENTS.md", "rule one");
        var first = New();
        first.Model.Says("done");
        await first.SendAsync("go");
        _folder.Put("AGENTS.md", "rule two");
        var second = New(first.Store);
        second.Model.Says("again");

        await second.SendAsync("more");

        Assert.Contains("Which of its files have changed is not known here", string.Concat(second.Shown(0)), StringComparison.Ordinal);
        Assert.Contains("now says, in place of what it said before:\n\nrule two", string.Concat(second.Shown(0)), StringComparison.Ordinal);
        Assert.Equal(first.Shown(0), second.Shown(0)[..first.Shown(0).Length]);
    }

    [Fact]
    public async Task Compaction_BeginsWithThePromptOfToday()
    {
        _folder.Put("AGENTS.md", "rule one");
        var harness = New(compaction: new CompactionOptions { TriggerMessages = 6, KeepMessages = 2 });
        harness.OnTool = _ =>
        {
            _folder.Put("AGENTS.md", "rule two");
            _time.Advance(TimeSpan.FromSeconds(3));
            return Task.FromResult<object>(new string('r', 9_000));
        };
        harness.Model.Calls(("look", "{}")).Calls(("look", "{}")).Calls(("look", "{}"));
        harness.Model.Says("the summary").Says("done");

        await harness.SendAsync("go");

        Assert.Contains("rule two", harness.Model.Requests[^1][0].Text, StringComparison.Ordinal);
        Assert.DoesNotContain("rule one", harness.Model.Requests[^1][0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadingTools_AnswerWithoutASandbox()
    {
        _folder.Put("knowledge/deploy.md", "first line\nthe port is 4711\n");
        _folder.Put("knowledge/sub/other.md", "the port is 42\n");
        var harness = New();
        harness.Model.Calls(
                ("1", "read_file", """{"path":"/agent/knowledge/deploy.md","line":2}"""),
                ("2", "list_files", """{"path":"/agent/knowledge"}"""),
                ("3", "glob_files", """{"pattern":"/agent/**/o*.md"}"""),
                ("4", "grep_files", """{"pattern":"port is [0-9]+","path":"/agent"}""")) 
            .Calls(("6", "read_file", """{"path":"/agent/none.md"}""")).Says("done");
        harness.OnTool = _ => Task.FromResult<object>("x");

        var reply = await harness.SendAsync("go");

        var shown = harness.Shown(1);
        Assert.Contains(shown, text => text.Contains("the port is 4711\n", StringComparison.Ordinal) && !text.Contains("first line", StringComparison.Ordinal));
        Assert.Contains(shown, text => text.Contains("deploy.md  28\nsub/", StringComparison.Ordinal));
        Assert.Contains(shown, text => text.EndsWith("result /agent/knowledge/sub/other.md", StringComparison.Ordinal));
        Assert.Contains(shown, text => text.Contains("/agent/knowledge/deploy.md\n2: the port is 4711\n\n/agent/knowledge/sub/other.md\n1: the port is 42", StringComparison.Ordinal));
        Assert.Contains("There is no file /agent/none.md in the workspace", string.Concat(harness.Shown(2)), StringComparison.Ordinal);
        Assert.Equal(ThreadStatus.Done, reply.Status);
    }

    [Fact]
    public async Task WritingTools_ChangeNothingOfTheWorkspace_WhateverTheWay()
    {
        _folder.Put("AGENTS.md", "rule one");
        _folder.Put("hooks.json", "{}");
        var real = _folder.Root;
        using var work = new TemporaryFolder();
        string[] targets = ["/agent/AGENTS.md", "/agent/../agent/AGENTS.md", "/agent/skills/new/SKILL.md", "/agent/hooks.json", "/agent/tools.json", "/agent/subagents/x.md", "/agent/automations/x.md", "/agent/MEMORY.md", $"{real}/AGENTS.md", $"{real}/../{Path.GetFileName(real)}/hooks.json", $"../{Path.GetFileName(real)}/new.md"];
        var model = new FakeModel();
        foreach (var target in targets)
        {
            model.Calls(
                ($"1{target}", "write_file", $$"""{"path":"{{target}}","content":"evil"}"""),
                ($"2{target}", "edit_file", $$"""{"file_path":"{{target}}","old_text":"rule one","new_text":"evil"}"""),
                ($"3{target}", "delete_file", $$"""{"path":"{{target}}"}"""),
                ($"4{target}", "apply_patch", $$"""{"patch":"*** Begin Patch\n*** Add File: {{target}}\n+evil\n*** End Patch"}"""));
        }

        model.Says("done");
        await using var agent = HarnessAgent.CreateBuilder("test").UseModel(model, "script:test").UseWorkspace(real).UseLimit(new ModelCallLimit { MaxCalls = 100 })
            .UseFilesystem(new LocalFilesystemSpec { WorkingDirectory = work.Root }).Build();

        var reply = await agent.RunAsync(AgentMessage.Of("go"), TestContext.Current.CancellationToken);

        Assert.Equal("done", reply.Text);
        Assert.Equal(["AGENTS.md", "hooks.json"], Directory.GetFiles(real, "*", SearchOption.AllDirectories).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(("rule one", "{}"), (File.ReadAllText(_folder.Inside("AGENTS.md")), File.ReadAllText(_folder.Inside("hooks.json"))));
        Assert.False(Directory.Exists("/agent") && Directory.EnumerateFiles("/agent").Any(file => File.ReadAllText(file) == "evil"));
    }

    private AgentHarness New(IThreadStore? store = null, CompactionOptions? compaction = null) => new(builder =>
    {
        builder.UseWorkspace(_folder.Root).UseTimeProvider(_time).UseCompaction(compaction ?? new CompactionOptions());
        if (store is not null)
            builder.UseStateStore(store);
    });
}
