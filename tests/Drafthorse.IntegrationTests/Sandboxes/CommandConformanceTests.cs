using System.Text;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Sandbox.Exec;

namespace Drafthorse.IntegrationTests.Sandboxes;

public sealed class CommandConformanceTests(DockerEngineFixture docker)
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [ClassData(typeof(AnySandbox))]
    public async Task Exec_Output_StreamsWhileTheCommandRuns(SandboxKind kind)
    {
        await using var world = await SandboxWorld.CreateAsync(kind, docker);
        await using var session = await world.AcquireAsync();
        var client = await session.GetClientAsync(Token);
        var seen = new StringBuilder();
        var first = new TaskCompletionSource();

        var running = client.Commands.ExecAsync(
            world.Request("echo first; while [ ! -e go ]; do sleep 0.02; done; echo second >&2; exit 3"),
            output =>
            {
                seen.Append(Encoding.UTF8.GetString(output.Data.Span));
                first.TrySetResult();
                return ValueTask.CompletedTask;
            },
            Token);
        await first.Task.WaitAsync(Token);
        var early = seen.ToString();
        await world.ShellAsync(session, "touch go");
        var result = await running;

        Assert.Equal("first\n", early);
        Assert.Equal("first\nsecond\n", result.Output);
        Assert.Equal(3, result.ExitCode);
    }

    [Theory]
    [ClassData(typeof(AnySandbox))]
    public async Task Exec_TimesOut_WholeDescendanceIsKilled(SandboxKind kind)
    {
        await using var world = await SandboxWorld.CreateAsync(kind, docker);
        await using var session = await world.AcquireAsync();
        var mark = Random.Shared.Next(100_000_000, 999_999_999);

        var result = await world.ExecAsync(
            session,
            $"setsid sh -c 'trap \"\" TERM; sleep {mark}' & (sh -c 'sleep {mark} & sleep {mark}' &) ; trap '' TERM; sleep {mark}",
            Short);
        var left = await CountAsync(world, session, $"sleep {mark}");

        Assert.Equal(ExecEnd.TimedOut, result.End);
        Assert.Equal("0", left);
    }

    [Theory]
    [ClassData(typeof(AnySandbox))]
    public async Task Exec_Cancelled_WholeDescendanceIsKilled(SandboxKind kind)
    {
        await using var world = await SandboxWorld.CreateAsync(kind, docker);
        await using var session = await world.AcquireAsync();
        var client = await session.GetClientAsync(Token);
        var mark = Random.Shared.Next(100_000_000, 999_999_999);
        using var cancelled = new CancellationTokenSource();
        var started = new TaskCompletionSource();

        var running = client.Commands.ExecAsync(
            world.Request($"setsid sleep {mark} & echo started; sleep {mark}"),
            _ =>
            {
                started.TrySetResult();
                return ValueTask.CompletedTask;
            },
            cancelled.Token);
        await started.Task.WaitAsync(Token);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        var left = await world.ShellAsync(session, $"for i in $(seq 100); do n=$({Counting($"sleep {mark}")}); [ $n = 0 ] && break; sleep 0.05; done; echo $n");

        Assert.Equal("0", left);
    }

    [Theory]
    [ClassData(typeof(AnySandbox))]
    public async Task Background_Command_IsTailedAndKilled(SandboxKind kind)
    {
        await using var world = await SandboxWorld.CreateAsync(kind, docker);
        await using var session = await world.AcquireAsync();
        var client = await session.GetClientAsync(Token);
        var request = world.Request("echo up; while [ ! -e stop ]; do sleep 0.02; done; echo down; sleep 1000", TimeSpan.FromMinutes(5));

        var info = await client.Commands.StartAsync(request, Token);
        await world.ShellAsync(session, "touch stop");
        CommandTail tail;
        do
            tail = await client.Commands.TailAsync(request.CallId, 0, 1000, Token);
        while (!tail.Text.Contains("down", StringComparison.Ordinal));
        var killed = await client.Commands.KillAsync(request.CallId, Token);

        Assert.True(info.IsBackground);
        Assert.Equal("up\ndown\n", tail.Text);
        Assert.Equal(ExecEnd.Killed, killed.End);
    }

    [Theory]
    [ClassData(typeof(AnySandbox))]
    public async Task Exec_StreamLost_NextOwnerGetsTheResultAndNothingRunsTwice(SandboxKind kind)
    {
        await using var world = await SandboxWorld.CreateAsync(kind, docker);
        var request = world.Request("echo ran >> log; while [ ! -e go ]; do sleep 0.02; done; echo done");
        var first = await world.AcquireAsync();
        var client = await first.GetClientAsync(Token);
        var running = client.Commands.ExecAsync(request, null, Token);
        while (await world.ShellAsync(first, "cat log") != "ran")
        {
            // The command is on its way.
        }

        await first.DisposeAsync();
        await Assert.ThrowsAnyAsync<IOException>(() => running);
        await using var second = await world.AcquireAsync(first.Sandbox, token: 2);
        await world.ShellAsync(second, "touch go");
        var next = await second.GetClientAsync(Token);
        var again = await next.Commands.ExecAsync(request, null, Token);

        Assert.Equal(AcquirePath.Warm, second.Path);
        Assert.Equal("done\n", again.Output);
        Assert.Equal("ran", await world.ShellAsync(second, "cat log"));
    }

    [Theory]
    [ClassData(typeof(AnySandbox))]
    public async Task Attach_NewerToken_CutsTheOlderOwner(SandboxKind kind)
    {
        await using var world = await SandboxWorld.CreateAsync(kind, docker);
        await using var older = await world.AcquireAsync(token: 5);
        var before = await older.GetClientAsync(Token);

        await using var newer = await world.AcquireAsync(older.Sandbox, token: 6);
        await before.Connection.Completion.WaitAsync(Token);
        var zombie = await Assert.ThrowsAsync<SandboxException>(() => older.GetClientAsync(Token).AsTask());
        var stale = await Assert.ThrowsAsync<SandboxException>(() => world.AcquireAsync(older.Sandbox, token: 5));

        Assert.Equal(SandboxProblem.Superseded, zombie.Problem);
        Assert.Equal(SandboxProblem.Superseded, stale.Problem);
        Assert.Equal("ok", await world.ShellAsync(newer, "echo ok"));
    }

    [Theory]
    [ClassData(typeof(AnySandbox))]
    public async Task Exec_PrintsForEver_StaysCappedAndOthersAreAnswered(SandboxKind kind)
    {
        await using var world = await SandboxWorld.CreateAsync(kind, docker);
        await using var session = await world.AcquireAsync();

        var flood = world.ExecAsync(session, "yes", TimeSpan.FromSeconds(2));
        var other = await world.ShellAsync(session, "echo ok");
        var result = await flood;

        Assert.Equal("ok", other);
        Assert.Equal(ExecEnd.TimedOut, result.End);
        Assert.True(result.Output.Length < 80_000, $"{result.Output.Length} characters");
        Assert.True(result.TotalBytes > 1_000_000, $"{result.TotalBytes} bytes");
    }

    private static Task<string> CountAsync(SandboxWorld world, SandboxSession session, string process) => world.ShellAsync(session, Counting(process));

    /// <summary>A shell line that counts the processes whose command line is exactly this.</summary>
    private static string Counting(string process) =>
        $"n=0; for p in /proc/[0-9]*/cmdline; do [ \"$(tr '\\0' ' ' < $p 2>/dev/null)\" = '{process} ' ] && n=$((n+1)); done 2>/dev/null; echo $n";
}
