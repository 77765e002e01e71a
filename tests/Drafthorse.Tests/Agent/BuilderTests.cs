using Drafthorse.Harness;
using Drafthorse.Harness.Docker;
using Drafthorse.Harness.Threads;
using Drafthorse.Tests.Models;
using Drafthorse.Tests.Sandbox.Files;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace Drafthorse.Tests.Agent;

public sealed class BuilderTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Build_OnlyAModel_WorksInTheCurrentDirectory()
    {
        var model = new FakeModel().Calls(("execute", """{"command":"pwd"}""")).Says("done");
        await using var agent = HarnessAgent.CreateBuilder("short").UseModel(model).Build();

        var reply = await agent.RunAsync(AgentMessage.Of("where are you?"), Token);

        var result = (FunctionResultContent)model.Requests[1][^1].Contents[0];
        Assert.Equal(ThreadStatus.Done, reply.Status);
        Assert.StartsWith(Directory.GetCurrentDirectory(), (string)result.Result!, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_WithoutAModel_SaysWhatToDo()
    {
        var exception = Assert.Throws<InvalidOperationException>(() => HarnessAgent.CreateBuilder("none").Build());

        Assert.Contains("UseModel", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(IsolationScope.User)]
    [InlineData(IsolationScope.Agent)]
    [InlineData(IsolationScope.Global)]
    public void Build_IsolationScopeThatThereIsNot_IsRefused(IsolationScope scope)
    {
        FilesystemSpec[] specs =
        [
            new LocalFilesystemSpec { IsolationScope = scope },
            new BubblewrapFilesystemSpec { IsolationScope = scope },
            new DockerFilesystemSpec { IsolationScope = scope },
        ];

        Assert.All(specs, spec => Assert.Contains(
            $"IsolationScope.{scope}",
            Assert.Throws<NotSupportedException>(() => HarnessAgent.CreateBuilder("a").UseModel(new FakeModel()).UseFilesystem(spec).Build()).Message,
            StringComparison.Ordinal));
    }

    [Fact]
    public async Task CreateBackend_EachSpec_MakesItsKind()
    {
        (FilesystemSpec Spec, string Kind)[] specs =
        [
            (new LocalFilesystemSpec(), "local"),
            (new BubblewrapFilesystemSpec(), "bubblewrap"),
            (new DockerFilesystemSpec { Image = "drafthorse/sandbox:test", Endpoint = new Uri("unix:///nowhere.sock") }, "docker"),
        ];

        foreach (var (spec, kind) in specs)
        {
            await using var backend = spec.CreateBackend(TimeProvider.System);
            Assert.Equal(kind, backend.Kind);
        }
    }

    [Fact]
    public async Task UseWatcher_SeesTheEventsOfEveryRun()
    {
        var seen = new List<AgentEvent>();
        await using var agent = HarnessAgent.CreateBuilder("a").UseModel(new FakeModel().Says("one").Says("two")).UseWatcher(seen.Add).Build();

        await agent.RunAsync(AgentMessage.Of("go"), TestContext.Current.CancellationToken);
        await agent.RunAsync(AgentMessage.Of("go on"), TestContext.Current.CancellationToken);

        Assert.Equal(["one", "two"], seen.OfType<JournalAppended>().Select(appended => appended.Event).OfType<RunFinished>().Select(finished => finished.FinalText));
    }

    [Fact]
    public async Task Run_SandboxNotReady_EndsFailedAndSaysWhatToDo()
    {
        var model = new FakeModel().Calls(("list_files", "{}")).Says("back");
        await using var agent = HarnessAgent.CreateBuilder("a").UseModel(model).UseFilesystem(new DockerFilesystemSpec { Endpoint = new Uri("unix:///nowhere.sock") }).Build();

        var reply = await agent.RunAsync(AgentMessage.Of("go"), Token);

        Assert.Equal(ThreadStatus.Failed, reply.Status);
        Assert.Contains("docker", reply.Reason, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task UseWorkspace_AgentsFile_IsInTheSystemPromptOfNewThreads()
    {
        using var folder = new TemporaryFolder();
        folder.Put("AGENTS.md", "Always say please.");
        var model = new FakeModel().Says("a").Says("b").Says("c");
        await using var agent = HarnessAgent.CreateBuilder("a").UseModel(model).UseWorkspace(folder.Root).Build();

        await agent.RunAsync(AgentMessage.Of("go") with { ThreadKey = "cli:old" }, Token);
        folder.Put("AGENTS.md", new string('x', 100_000));
        await agent.RunAsync(AgentMessage.Of("go") with { ThreadKey = "cli:old" }, Token);
        await agent.RunAsync(AgentMessage.Of("go"), Token);

        Assert.Contains("Always say please.", model.Requests[0][0].Text, StringComparison.Ordinal);
        Assert.Equal(model.Requests[0][0].Text, model.Requests[1][0].Text);
        Assert.InRange(model.Requests[2][0].Text.Length, 12_000, 16_000);
        Assert.EndsWith("only its beginning is shown: read /agent/AGENTS.md from offset 12000 on]", model.Requests[2][0].Text, StringComparison.Ordinal);
        Assert.Throws<DirectoryNotFoundException>(() => HarnessAgent.CreateBuilder("a").UseWorkspace(folder.In("none")));
    }

    [Fact]
    public async Task AddDrafthorse_ServicesOfTheContainer_AreTaken()
    {
        var model = new FakeModel().Says("hello");
        await using var store = new InMemoryThreadStore(TimeProvider.System);
        var services = new ServiceCollection()
            .AddSingleton<IChatClient>(model)
            .AddSingleton<IThreadStore>(store)
            .AddDrafthorse("coding", (builder, _) => builder.UseInstructions("Speak softly."))
            .AddDrafthorse("other", (builder, provider) => builder.UseModel(provider.GetRequiredService<IChatClient>(), "openai:gpt-6-sol"));
        await using var provider = services.BuildServiceProvider();

        var agent = provider.GetRequiredService<HarnessAgent>();
        var reply = await agent.RunAsync(AgentMessage.Of("hi"), Token);

        Assert.Equal(("coding", "other"), (agent.Name, provider.GetRequiredKeyedService<HarnessAgent>("other").Name));
        Assert.Same(agent, provider.GetRequiredKeyedService<HarnessAgent>("coding"));
        Assert.Same(store, agent.Store);
        Assert.Equal("hello", reply.Text);
        Assert.Contains("Speak softly.", model.Requests[0][0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void AddDrafthorse_NoChatClient_SaysWhatToDo()
    {
        using var provider = new ServiceCollection().AddDrafthorse("coding").BuildServiceProvider();

        Assert.Contains("IChatClient", Assert.Throws<InvalidOperationException>(provider.GetRequiredService<HarnessAgent>).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancel_ByThreadId_EndsTheRunAsCancelledAndTheNextMessageGoesOn()
    {
        await using var wire = new WireAgent("openai-chat:m");
        wire.Server.OnRequest = async (number, token) =>
        {
            if (number == 0)
            {
                Assert.True(await wire.Agent.CancelAsync(ThreadId.FromKey(WireAgent.Key), token));
                await Task.Delay(Timeout.Infinite, token);
            }

            return wire.Server.Stream(WireReply.Says("back"));
        };

        var cancelled = await wire.SendAsync("go");
        var next = await wire.SendAsync("again");

        Assert.Equal(ThreadStatus.Cancelled, cancelled.Status);
        Assert.Equal((ThreadStatus.Done, "back"), (next.Status, next.Text));
        Assert.False(await wire.Agent.CancelAsync(ThreadId.FromKey(WireAgent.Key), Token));
    }

    [Fact]
    public async Task Cancel_ByToken_StopsTheRunAndTheNextMessageGoesOnInTheSameThread()
    {
        await using var wire = new WireAgent("openai-chat:m");
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Token);
        wire.Server.OnRequest = async (number, token) =>
        {
            if (number == 0)
            {
                await leaving.CancelAsync();
                await Task.Delay(Timeout.Infinite, token);
            }

            return wire.Server.Stream(WireReply.Says("back"));
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wire.Agent.RunAsync(new AgentMessage { Text = "go", ThreadKey = WireAgent.Key }, leaving.Token));
        var next = await wire.SendAsync("again");

        Assert.Equal((ThreadStatus.Done, "back"), (next.Status, next.Text));
        Assert.Single((await wire.JournalAsync()).OfType<RunFinished>());
    }

    [Fact]
    public async Task LongToolResult_InALocalSandbox_IsKeptInAFileThatReadFileReads()
    {
        await using var wire = new WireAgent("openai-chat:m", catalog: WireAgent.CatalogWith("m", 400_000));
        wire.OnLook = () => $"{new string('x', 90_000)}NEEDLE{new string('y', 90_000)}";
        string? path = null;
        wire.Server.OnRequest = (number, _) =>
        {
            if (number == 0)
                return Task.FromResult(wire.Server.Stream(WireReply.Call("look", "{}")));
            path ??= System.Text.RegularExpressions.Regex.Match(wire.Server.Bodies[1], "whole result is in ([^:]+):").Groups[1].Value;
            return Task.FromResult(wire.Server.Stream(number == 1 ? WireReply.Call("grep_files", $$"""{"pattern":"NEEDLE","path":"{{path}}","files_only":true}""") : WireReply.Says("found")));
        };

        var reply = await wire.SendAsync("go");

        Assert.Equal("found", reply.Text);
        Assert.Contains($"{path}: 1", wire.Server.Bodies[2], StringComparison.Ordinal);
    }
}
