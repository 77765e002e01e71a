using Drafthorse.Sandbox;
using Drafthorse.Sandbox.Daemon;
using Drafthorse.Sandbox.Exec;
using Drafthorse.Sandbox.Exec.Processes;
using Drafthorse.Tests.Sandbox.Files;

namespace Drafthorse.Tests.Sandbox.Exec;

/// <summary>What ran out while a command failed, by counters like the kernel's in files that the commands themselves change here.</summary>
public sealed class ShortageTests : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SandboxDaemon _daemon;
    private int _calls;

    public ShortageTests()
    {
        File.WriteAllText(Memory, "oom_kill_disable 0\nunder_oom 0\noom_kill 4\n");
        File.WriteAllText(Processes, "max 2\n");
        _daemon = new SandboxDaemon(new SandboxDaemonOptions
        {
            WorkingDirectory = _folder.Root,
            SpillDirectory = _folder.In("spill"),
            Environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", ["memory"] = Memory, ["processes"] = Processes },
            Counters = GroupCounters.OfFiles([_folder.In("none"), Memory], [Processes]),
            MemoryLimit = 1 << 30,
            ProcessLimit = 100,
        });
    }

    private string Memory => _folder.In("memory");

    private string Processes => _folder.In("processes");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _daemon.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("printf 'oom_kill 5\\n' > $memory; exit 1", ExecShortageKind.Memory, 1L << 30)]
    [InlineData("printf 'max 9\\n' > $processes; exit 2", ExecShortageKind.Processes, 100L)]
    [InlineData("printf 'oom_kill 5\\n' > $memory; printf 'max 9\\n' > $processes; exit 2", ExecShortageKind.Memory, 1L << 30)]
    public async Task Exec_CounterRisesAndTheCommandFails_ItIsSaid(string command, ExecShortageKind kind, long limit)
    {
        var result = await ExecAsync(command);

        Assert.Equal(new ExecShortage { Kind = kind, Limit = limit }, result.Shortage);
    }

    [Theory]
    [InlineData("printf 'oom_kill 5\\n' > $memory")]
    [InlineData("exit 137")]
    [InlineData("kill -9 $$")]
    [InlineData("echo 'No space left on device'; exit 1")]
    [InlineData("printf 'nonsense\\noom_kill many\\n' > $memory; exit 1")]
    [InlineData("rm $memory $processes; exit 1")]
    public async Task Exec_NothingRanOut_NothingIsSaid(string command) => Assert.Null((await ExecAsync(command)).Shortage);

    [Fact]
    public async Task Exec_RoseBeforeTheCommand_IsNotItsOwn()
    {
        await ExecAsync("printf 'oom_kill 5\\n' > $memory; exit 1");

        Assert.Null((await ExecAsync("exit 1")).Shortage);
    }

    [Fact]
    public async Task Describe_BackgroundCommand_SaysWhatRanOut()
    {
        await using var client = await SandboxClient.AttachAsync(_daemon.Connect(), new AttachRequest { Token = 1 }, null, Ct);
        await client.Commands.StartAsync(new ExecRequest { CallId = "b", Command = "printf 'oom_kill 5\\n' > $memory; exit 1" }, Ct);
        CommandInfo info;
        do
            info = (await client.Commands.TailAsync("b", 0, 100, Ct)).Info;
        while (info.End is null);

        Assert.Equal(ExecShortageKind.Memory, info.Shortage?.Kind);
    }

    private async Task<ExecResult> ExecAsync(string command)
    {
        await using var client = await SandboxClient.AttachAsync(_daemon.Connect(), new AttachRequest { Token = 1 + _calls }, null, Ct);
        return await client.Commands.ExecAsync(new ExecRequest { CallId = $"c{++_calls}", Command = command }, null, Ct);
    }
}
