using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Threads;
using Drafthorse.Tests.Sandboxes;

namespace Drafthorse.Tests.Agent.Loop;

public sealed class RunEndTests
{
    private readonly FakeBackend _backend = new(TimeProvider.System);

    [Fact]
    public async Task Run_Ends_EndsWhatRunsInItsSandbox()
    {
        var pool = new SandboxPool(_backend);
        var harness = new AgentHarness(builder => builder.UseSandboxes((run, token) =>
            pool.AcquireAsync(new SandboxRequest { ThreadId = run.Thread.Id, Token = run.Lease.Token, Sandbox = run.Facts.Sandbox }, token)));
        harness.Model.Calls(("execute", """{"command":"setsid sleep 1000 &"}""")).Says("done").Says("nothing to do");

        var first = await harness.SendAsync("go");
        var second = await harness.SendAsync("and without a sandbox?");

        Assert.Equal((ThreadStatus.Done, ThreadStatus.Done), (first.Status, second.Status));
        Assert.Equal(1, _backend.EndedAll);
    }
}
