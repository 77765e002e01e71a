using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Threads;
using Drafthorse.Tests.Sandboxes;

namespace Drafthorse.Tests.Agent.Loop;

public sealed class RunEndTests
{
    [Fact]
    public async Task Run_Ends_EndsWhatRunsInItsSandbox()
    {
        await using var backend = new FakeBackend(TimeProvider.System);
        var pool = new SandboxPool(backend);
        var harness = new AgentHarness(builder => builder.UseSandboxes((run, token) =>
            pool.AcquireAsync(new SandboxRequest { ThreadId = run.Thread.Id, Token = run.Lease.Token, Sandbox = run.Facts.Sandbox }, token)));
        harness.Model.Calls(("execute", """{"command":"setsid sleep 1000 &"}""")).Says("done");

        var reply = await harness.SendAsync("go");

        Assert.Equal(ThreadStatus.Done, reply.Status);
        Assert.Equal(1, backend.EndedAll);
    }
}
