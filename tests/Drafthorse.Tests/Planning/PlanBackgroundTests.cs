using Drafthorse.Harness;
using Drafthorse.Harness.Threads;
using Drafthorse.Tests.Agent;

namespace Drafthorse.Tests.Planning;

/// <summary>Commands that were begun before plan mode do not go on in it.</summary>
public sealed class PlanBackgroundTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("drafthorse-plan-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Enter_BackgroundCommandRuns_ItIsEnded()
    {
        var token = TestContext.Current.CancellationToken;
        var model = new FakeModel()
            .Calls(("execute", """{"command":"while [ ! -e go ]; do sleep 0.05; done; touch made","background":true}"""))
            .Calls(("plan_enter", """{"reason":"risky"}"""), ("write_file", """{"path":"go","content":""}"""))
            .Calls(("execute_status", """{"id":"1"}""")).Says("over");
        await using var agent = HarnessAgent.CreateBuilder("test").UseModel(model, "script:test").UseFilesystem(new LocalFilesystemSpec { WorkingDirectory = _folder.FullName }).Build();

        var reply = await agent.RunAsync(AgentMessage.Of("go"), token);

        var results = (await agent.Store.ReadJournalAsync(reply.ThreadId, 0, 1_000, token)).Select(record => record.Event).OfType<ToolFinished>().ToList();
        var status = results.Last().Content[0].Text!;
        Assert.Equal(["execute", "plan_enter", "write_file", "execute_status"], results.Select(result => result.Tool));
        Assert.DoesNotContain("running", status, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(_folder.GetFiles());
    }
}
