using Drafthorse.Sandbox;
using Drafthorse.Sandbox.Daemon;
using Drafthorse.Sandbox.Exec;
using Drafthorse.Sandbox.Exec.Processes;

namespace Drafthorse.Tests.Sandbox.Exec;

public sealed class CommandRecordsTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("drafthorse-");
    private readonly List<int> _started = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Records => Path.Combine(_directory.FullName, "records");

    public void Dispose()
    {
        foreach (var process in _started)
            _ = Libc.kill(process, Libc.SIGKILL);
        _directory.Delete(recursive: true);
    }

    [Theory]
    [InlineData("dead")]
    [InlineData("number taken by another")]
    public async Task EndLeft_OwnerThatLivesNoMore_EndsItsCommandsAndNoOthers(string owner)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells what a process was started with.");
        await using var killed = New();
        await using var other = New(Path.Combine(_directory.FullName, "others"));
        var (left, own) = (await StartAsync(killed, "left"), await StartAsync(other, "own"));
        var record = Assert.Single(Directory.GetFiles(Records));

        Assert.Equal(0, CommandRecords.EndLeft(Records));
        Assert.True(Runs(left));

        var parts = File.ReadAllText(record).Split(' ', 3);
        File.WriteAllText(record, owner == "dead" ? $"{int.MaxValue} 1 {parts[2]}" : $"{parts[0]} 1 {parts[2]}");
        Assert.Equal(1, CommandRecords.EndLeft(Records));

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromSeconds(10));
        while (Runs(left))
            await Task.Delay(10, limit.Token);

        Assert.True(Runs(own));
        Assert.Empty(Directory.GetFiles(Records));
    }

    [Fact]
    public async Task EndLeft_ForgedRecord_EndsNothing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells what a process was started with.");
        await using var daemon = New();
        var process = await StartAsync(daemon, "left");
        var system = File.ReadAllText(Directory.GetFiles(Records)[0]).Split(' ', 3)[2];
        foreach (var name in (string[])["", "x", new string('0', 31) + "/", new string('.', 32)])
            File.WriteAllText(Path.Combine(Records, name.Replace('/', 'x') + ".commands"), $"{int.MaxValue} 1 {system}");
        File.WriteAllText(Path.Combine(Records, new string('0', 32) + ".commands"), "nonsense");

        Assert.Equal(0, CommandRecords.EndLeft(Records));
        Assert.True(Runs(process));
    }

    [Fact]
    public async Task Dispose_OfTheOwner_ForgetsTheRecord()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells what a process was started with.");
        var daemon = New();
        await StartAsync(daemon, "left");

        await daemon.DisposeAsync();

        Assert.Empty(Directory.GetFiles(Records));
    }

    private SandboxDaemon New(string? records = null) => new(new SandboxDaemonOptions
    {
        SpillDirectory = Path.Combine(_directory.FullName, "spill"),
        WorkingDirectory = _directory.FullName,
        Environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" },
        RecordDirectory = records ?? Records,
    });

    private static bool Runs(int process) => ProcessTable.Read(process) is { IsDead: false };

    /// <summary>Runs a command that leaves a process behind, and returns that.</summary>
    private async Task<int> StartAsync(SandboxDaemon daemon, string name)
    {
        var file = Path.Combine(_directory.FullName, name);
        await using var client = await SandboxClient.AttachAsync(daemon.Connect(), new AttachRequest { Token = 1 }, null, Token);
        var result = await client.Commands.ExecAsync(
            new ExecRequest { CallId = name, Command = $"sleep 600 >/dev/null 2>&1 & echo $! > {file}", Timeout = TimeSpan.FromMinutes(1) }, null, Token);
        Assert.Equal(0, result.ExitCode);
        _started.Add(int.Parse(File.ReadAllText(file), System.Globalization.CultureInfo.InvariantCulture));
        return _started[^1];
    }
}
