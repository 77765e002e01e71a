using System.Net;
using System.Net.Sockets;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Sandbox.Exec;

namespace Drafthorse.IntegrationTests.Sandboxes;

public sealed class IsolationConformanceTests(DockerEngineFixture docker)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [ClassData(typeof(IsolatedSandbox))]
    public async Task Files_OfTheHost_AreNotThere(SandboxKind kind)
    {
        await using var world = await SandboxWorld.CreateAsync(kind, docker);
        await using var session = await world.AcquireAsync();
        var marker = Path.Combine(world.HostDirectory, "marker");
        await File.WriteAllTextAsync(marker, "of the host", Token);

        var found = await world.ShellAsync(session, $"cat {marker} /etc/shadow- /var/lib/dpkg/../../../{marker} 2>/dev/null; ls -A /home /root /run /mnt /media /srv 2>/dev/null | grep -v ':$' | sort -u | tr '\\n' ' '");
        var shadow = await world.ShellAsync(session, "cat /etc/shadow 2>/dev/null");

        Assert.DoesNotContain("of the host", found, StringComparison.Ordinal);
        Assert.All(found.Split(' ', StringSplitOptions.RemoveEmptyEntries), name => Assert.Contains(name, new[] { "agent", ".bashrc", ".profile", "lock", ".drafthorse" }));
        if (kind != SandboxKind.Docker)
            Assert.Equal("", shadow);
    }

    [Theory]
    [ClassData(typeof(IsolatedSandbox))]
    public async Task Network_HasOnlyLoopbackOfItsOwn(SandboxKind kind)
    {
        await using var world = await SandboxWorld.CreateAsync(kind, docker);
        await using var session = await world.AcquireAsync();
        using var listener = new TcpListener(IPAddress.Any, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var interfaces = await world.ShellAsync(session, "tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '");
        var connects = await world.ShellAsync(
            session,
            $"for host in 127.0.0.1 {string.Join(' ', HostAddresses())}; do bash -c \"exec 3<>/dev/tcp/$host/{port}\" 2>/dev/null && echo $host; done; true");

        Assert.Equal("lo", interfaces);
        Assert.Equal("", connects);
        Assert.False(listener.Pending());
    }

    [Theory]
    [ClassData(typeof(IsolatedSandbox))]
    public async Task Daemon_FromInside_CannotBeReadWrittenOrTraced(SandboxKind kind)
    {
        await using var world = await SandboxWorld.CreateAsync(kind, docker);
        await using var session = await world.AcquireAsync();

        // The daemon, and in a container what carries its stream.
        var reached = await world.ShellAsync(
            session,
            """
            for p in /proc/[0-9]*; do
              [ $p = /proc/1 ] || [ "$(cat $p/comm 2>/dev/null)" = sandboxd ] || continue
              seen=1
              readlink $p/fd/* 2>/dev/null | grep -q . && echo "$p/fd is followed"
              cat $p/environ 2>/dev/null | grep -q . && echo "$p/environ is read"
              cat $p/maps 2>/dev/null | grep -q . && echo "$p/maps is read"
              dd if=$p/mem of=/dev/null bs=1 count=1 2>/dev/null && echo "$p/mem is read"
              for f in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do { echo x > $p/fd/$f; } 2>/dev/null && echo "$p/fd/$f is written"; done
            done
            echo "seen $seen"
            """);

        Assert.Equal("seen 1", reached);
    }

    [Theory]
    [ClassData(typeof(IsolatedSandbox))]
    public async Task Daemon_AttackedByItsCommands_EndsAtMostItsOwnSandbox(SandboxKind kind)
    {
        await using var world = await SandboxWorld.CreateAsync(kind, docker);
        await using var attacked = await world.AcquireAsync();
        await using var other = await world.AcquireAsync();

        try
        {
            await world.ExecAsync(attacked, "for s in STOP SEGV ABRT KILL; do kill -$s 1; kill -$s -1; done; true", TimeSpan.FromSeconds(5));
        }
        catch (Exception exception) when (exception is IOException or SandboxException)
        {
            // It may have ended; that is its own affair.
        }

        Assert.Equal("ok", await world.ShellAsync(other, "echo ok"));
    }

    [Theory]
    [ClassData(typeof(IsolatedSandbox))]
    public async Task Sandbox_Dies_ItsSessionSaysSoAndTheOtherLives(SandboxKind kind)
    {
        await using var world = await SandboxWorld.CreateAsync(kind, docker);
        await using var removed = await world.AcquireAsync();
        await using var other = await world.AcquireAsync();
        var client = await removed.GetClientAsync(Token);

        await world.Backend.RemoveAsync(removed.Sandbox, Token);
        await client.Connection.Completion.WaitAsync(Token);
        var error = await Assert.ThrowsAsync<SandboxException>(() => removed.GetClientAsync(Token).AsTask());

        Assert.Equal(SandboxProblem.Gone, error.Problem);
        Assert.Equal("ok", await world.ShellAsync(other, "echo ok"));
    }

    [Theory]
    [ClassData(typeof(IsolatedSandbox))]
    public async Task Commands_Privileges_AreDropped(SandboxKind kind)
    {
        await using var world = await SandboxWorld.CreateAsync(kind, docker);
        await using var session = await world.AcquireAsync();

        var capabilities = await world.ShellAsync(session, "grep -E '^Cap(Prm|Eff|Amb)' /proc/self/status | cut -f2 | sort -u | tr '\\n' ' '");
        var noNewPrivileges = await world.ShellAsync(session, "grep NoNewPrivs /proc/self/status | cut -f2");
        var escapes = await world.ShellAsync(
            session,
            """
            unshare -Ur true 2>/dev/null && echo "a user namespace"
            mount -t tmpfs x /mnt 2>/dev/null && echo "a mount"
            { echo 1 > /proc/sys/kernel/sysrq; } 2>/dev/null && echo sysrq
            { echo core > /proc/sys/kernel/core_pattern; } 2>/dev/null && echo core_pattern
            mknod /tmp/disk b 8 0 2>/dev/null && echo "a device"
            true
            """);

        // chown, dac_override, fowner, setgid, setuid, which package installers need in a container, and kill.
        Assert.Equal(kind == SandboxKind.Docker ? "0000000000000000 00000000000000eb" : "0000000000000000", capabilities);
        Assert.Equal("1", noNewPrivileges);
        Assert.Equal("", escapes);
    }

    [Theory]
    [ClassData(typeof(IsolatedSandbox))]
    public async Task Commands_PlacesToWrite_AreTheirOwn(SandboxKind kind)
    {
        await using var world = await SandboxWorld.CreateAsync(kind, docker);
        await using var session = await world.AcquireAsync();

        var written = await world.ShellAsync(session, "for d in /src /agent /tmp \"$HOME\"; do echo x > $d/probe && cat $d/probe; done | tr -d '\\n'; [ -d \"$HOME\" ] && echo ' home'; cat /etc/resolv.conf | grep ^nameserver");

        Assert.Equal("xxxx home\nnameserver 127.0.0.1", written);
    }

    [Theory]
    [ClassData(typeof(IsolatedSandbox))]
    public async Task Commands_ForkForEver_AreContainedAndTheSandboxStaysUsable(SandboxKind kind)
    {
        await using var world = await SandboxWorld.CreateAsync(kind, docker);
        await using var session = await world.AcquireAsync();
        const string DaemonStartedAt = "sed 's/.*) //' /proc/1/stat | cut -d' ' -f20";
        var started = await world.ShellAsync(session, DaemonStartedAt);
        await world.ShellAsync(session, "echo kept > kept");

        await world.ExecAsync(session, "bomb() { bomb | bomb & }; bomb; sleep 100", TimeSpan.FromSeconds(2));
        var many = await world.ExecAsync(session, "i=0; while [ $i -lt 300 ]; do sleep 20 & i=$((i + 1)); done; exit 1", TimeSpan.FromSeconds(20));

        Assert.Equal(new ExecShortage { Kind = ExecShortageKind.Processes, Limit = 200 }, many.Shortage);
        await session.EndCommandsAsync(Token);
        Assert.Equal("kept", await world.ShellAsync(session, "cat kept"));
        Assert.Equal(started, await world.ShellAsync(session, DaemonStartedAt));
    }

    [Theory]
    [ClassData(typeof(IsolatedSandbox))]
    public async Task Commands_FillTheDiskInMemory_AreRefusedAndTheSandboxLives(SandboxKind kind)
    {
        await using var world = await SandboxWorld.CreateAsync(kind, docker);
        await using var session = await world.AcquireAsync();

        var full = await world.ExecAsync(session, $"head -c {SandboxWorld.TmpBytes * 2} /dev/zero > /tmp/full");
        var shared = await world.ExecAsync(session, $"head -c {SandboxWorld.TmpBytes * 2} /dev/zero > /dev/shm/full");
        await world.ShellAsync(session, "rm -f /tmp/full /dev/shm/full");

        Assert.Contains("No space left", full.Output, StringComparison.Ordinal);
        Assert.Equal(new ExecShortage { Kind = ExecShortageKind.Disk, Limit = SandboxWorld.TmpBytes, Place = "/tmp" }, full.Shortage);
        Assert.Contains("No space left", shared.Output, StringComparison.Ordinal);
        Assert.Equal("ok", await world.ShellAsync(session, "echo ok"));
    }

    /// <summary>The kernel's count of the sandbox's own group tells, not an exit code, and not what another sandbox does.</summary>
    [Theory]
    [ClassData(typeof(IsolatedSandbox))]
    public async Task Commands_UseUpTheMemory_AreToldAndNoOtherSandboxIs(SandboxKind kind)
    {
        await using var world = await SandboxWorld.CreateAsync(kind, docker);
        await using var other = await SandboxWorld.CreateAsync(kind, docker);
        await using var session = await world.AcquireAsync();
        await using var neighbour = await other.AcquireAsync();
        var waiting = other.ExecAsync(neighbour, "while [ ! -e go ]; do sleep 0.05; done; exit 137");

        var killed = await world.ExecAsync(session, "tail /dev/zero");
        await other.ShellAsync(neighbour, "touch go");

        Assert.Equal(new ExecShortage { Kind = ExecShortageKind.Memory, Limit = 512 << 20 }, killed.Shortage);
        Assert.Null((await waiting).Shortage);
        Assert.Null((await world.ExecAsync(session, "exit 137")).Shortage);
    }

    private static IEnumerable<string> HostAddresses() =>
        from address in Dns.GetHostAddresses(Dns.GetHostName(), AddressFamily.InterNetwork)
        select address.ToString();
}
