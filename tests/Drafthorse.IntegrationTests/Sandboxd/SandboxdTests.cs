using System.Diagnostics;
using Drafthorse.Sandbox;
using Drafthorse.Sandbox.Daemon;
using Drafthorse.Sandbox.Exec;
using Drafthorse.Sandbox.Wire;

namespace Drafthorse.IntegrationTests.Sandboxd;

public sealed class ManagedSandboxdTests() : SandboxdTests(native: false);

public sealed class NativeSandboxdTests() : SandboxdTests(native: true);

public abstract class SandboxdTests(bool native) : IDisposable
{
    private readonly string _scratch = Directory.CreateTempSubdirectory("drafthorse-sandboxd-test-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        Directory.Delete(_scratch, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Attach_ThroughTheRelay_Works()
    {
        await using SandboxdProcess daemon = await LaunchAsync();
        using Process relay = daemon.Attach();

        await using SandboxClient client = await SandboxClient.AttachAsync(new RelayStream(relay), new AttachRequest { Token = 1 }, null, Token);
        ExecResult result = await client.Commands.ExecAsync(new ExecRequest { CallId = "1", Command = "head -c 3000000 /dev/zero | tr '\\0' x", OutputLimit = 1 << 20 }, null, Token);

        Assert.Equal(3_000_000, result.TotalBytes);
        await client.DisposeAsync();
        await relay.WaitForExitAsync(Token);
        Assert.Equal(0, relay.ExitCode);
    }

    [Fact]
    public async Task RelayKilled_CommandGoesOnAndIsJoined()
    {
        await using SandboxdProcess daemon = await LaunchAsync();
        using Process relay = daemon.Attach();
        SandboxClient first = await SandboxClient.AttachAsync(new RelayStream(relay), new AttachRequest { Token = 1 }, null, Token);
        var started = new TaskCompletionSource();
        var request = new ExecRequest { CallId = "7", Command = $"echo up; until [ -e {_scratch}/go ]; do sleep 0.02; done; echo end" };
        Task<ExecResult> running = first.Commands.ExecAsync(request, _ =>
        {
            started.TrySetResult();
            return ValueTask.CompletedTask;
        }, Token);
        await started.Task.WaitAsync(Token);

        relay.Kill();
        await Assert.ThrowsAsync<WireException>(() => running);
        await using SandboxClient second = await AttachAsync(daemon, 2);
        await File.WriteAllTextAsync(Path.Combine(_scratch, "go"), "", Token);

        ExecResult result = await second.Commands.ExecAsync(request, null, Token);
        Assert.Equal("up\nend\n", result.Output);
    }

    [Fact]
    public async Task Attach_OlderToken_IsRefused()
    {
        await using SandboxdProcess daemon = await LaunchAsync();
        await using SandboxClient newer = await AttachAsync(daemon, 5);

        AttachException error = await Assert.ThrowsAsync<AttachException>(() => AttachAsync(daemon, 4));

        Assert.Equal(AttachRefusal.StaleToken, error.Refusal);
        await newer.PingAsync(Token);
    }

    [Fact]
    public async Task Noise_OnOtherConnections_DisturbsNobody()
    {
        await using SandboxdProcess daemon = await LaunchAsync();
        await using SandboxClient client = await AttachAsync(daemon, 1);
        var random = new Random(1);

        for (int i = 0; i < 100; i++)
        {
            await using Stream noise = await daemon.ConnectAsync();
            byte[] bytes = new byte[random.Next(1, 5000)];
            random.NextBytes(bytes);
            if (i % 2 == 0)
                "DHWIRE\0\u0001"u8.CopyTo(bytes.AsSpan(0, Math.Max(8, bytes.Length)));
            await noise.WriteAsync(bytes, Token);
        }

        ExecResult result = await client.Commands.ExecAsync(new ExecRequest { CallId = "after", Command = "echo fine" }, null, Token);
        Assert.Equal("fine\n", result.Output);
    }

    [Fact]
    public async Task SilentConnections_AsManyAsTheDaemonTakes_DoNotKeepTheHostOut()
    {
        await using SandboxdProcess daemon = await LaunchAsync();
        var silent = new List<Stream>();
        for (int i = 0; i < 100; i++)
            silent.Add(await daemon.ConnectAsync());

        await using SandboxClient client = await AttachAsync(daemon, 1);

        await client.PingAsync(Token);
        foreach (Stream stream in silent)
            await stream.DisposeAsync();
    }

    [Fact]
    public async Task OtherProcessOfTheSameUser_CannotReachTheWireThroughProc()
    {
        if (Environment.UserName != "root")
            Assert.Skip("Needs root, to become another user.");
        File.SetUnixFileMode(_scratch, (UnixFileMode)0b111_111_111);
        await using SandboxdProcess daemon = await SandboxdProcess.LaunchAsync(
            native, "/", _scratch, "/usr/bin/setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--");
        await using SandboxClient client = await AttachAsync(daemon, 1);

        ExecResult result = await client.Commands.ExecAsync(new ExecRequest
        {
            CallId = "1", Command = $"id -u; cd /proc/{client.Info.ProcessId}; ls fd; cat environ; cat mem; for i in 0 3 4 5 6 7 8; do echo x > fd/$i; done",
        }, null, Token);

        Assert.StartsWith("65534\n", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("SANDBOXD_TEST", result.Output, StringComparison.Ordinal);
        Assert.Equal(10, result.Output.Split('\n').Count(line => line.Contains("denied", StringComparison.OrdinalIgnoreCase)));
        await client.PingAsync(Token);
    }

    [Fact]
    public async Task Terminated_EndsItsCommands()
    {
        await using SandboxdProcess daemon = await LaunchAsync();
        await using SandboxClient client = await AttachAsync(daemon, 1);
        CommandInfo started = await client.Commands.StartAsync(new ExecRequest { CallId = "1", Command = $"trap '' TERM; echo $$ > {_scratch}/pid; sleep 1000" }, Token);
        string file = Path.Combine(_scratch, "pid");
        while (!File.Exists(file) || (await File.ReadAllTextAsync(file, Token)).Length == 0)
            await client.PingAsync(Token);
        int shell = int.Parse(await File.ReadAllTextAsync(file, Token), System.Globalization.CultureInfo.InvariantCulture);

        await daemon.TerminateAsync();

        Assert.Null(started.End);
        while (File.Exists($"/proc/{shell}/stat") && !(await File.ReadAllTextAsync($"/proc/{shell}/stat", Token)).Contains(") Z", StringComparison.Ordinal))
            await Task.Yield();
    }

    private Task<SandboxdProcess> LaunchAsync() => SandboxdProcess.LaunchAsync(native, _scratch, _scratch);

    private static async Task<SandboxClient> AttachAsync(SandboxdProcess daemon, long token) =>
        await SandboxClient.AttachAsync(await daemon.ConnectAsync(), new AttachRequest { Token = token }, null, Token);
}
