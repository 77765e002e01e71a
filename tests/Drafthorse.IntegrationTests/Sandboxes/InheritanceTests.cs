using System.Diagnostics;
using System.Text.Json;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.IntegrationTests.Cli;

namespace Drafthorse.IntegrationTests.Sandboxes;

/// <summary>What a sandbox has from who started it, seen from inside: nothing but what this table says, however odd the starter is.</summary>
public sealed class InheritanceTests(DockerEngineFixture docker) : IAsyncDisposable
{
    private const int OrdinaryUser = 1000;
    private const string Marker = "marker-of-the-starter";

    /// <summary>
    /// A starter with a key in its session, an open file, no umask, no random addresses, ignored and blocked signals, some
    /// priority, no limit where it has the choice, and more groups; then another user, then the command.
    /// </summary>
    private const string OddStarter = """
        use POSIX ();
        my ($user, $secret, @command) = @ARGV;
        open(my $file, "<", $secret) or die; POSIX::dup2(fileno($file), 9); open(my $gone, "<&=", 9); use Fcntl; fcntl($gone, F_SETFD, 0);
        $) = "$user $user 4 27"; POSIX::setgid($user); POSIX::setuid($user);
        syscall(250, 1, 0); my ($type, $name, $value) = ("user", "drafthorse-test", "marker-of-the-starter"); syscall(248, $type, $name, $value, length($value), -3);
        umask(0); syscall(135, 0x40000); setpriority(0, 0, 2);
        $SIG{$_} = "IGNORE" for qw(HUP INT QUIT USR2); POSIX::sigprocmask(POSIX::SIG_BLOCK(), POSIX::SigSet->new(POSIX::SIGUSR1(), POSIX::SIGTERM()));
        $ENV{SECRET_OF_THE_STARTER} = $value;
        exec("sh", "-c", 'ulimit -c unlimited 2>/dev/null; exec "$@"', "sh", @command);
        """;

    /// <summary>Prints what there is, one fact a line.</summary>
    private const string Facts = """
        echo "umask $(umask)"; echo "nice $(nice)"; echo "personality $(cat /proc/self/personality)"; echo "memory $(cat /proc/self/oom_score_adj)"
        echo "terminal $(cut -d' ' -f7 /proc/$$/stat) $( (: < /dev/tty) 2>/dev/null && echo open)"
        for n in SigBlk SigIgn CapInh CapPrm CapEff CapBnd CapAmb NoNewPrivs Seccomp; do echo "$n $(grep "^$n:" /proc/self/status | cut -f2)"; done
        echo "groups $(grep '^Groups:' /proc/self/status | cut -f2 | tr ' ' '\n' | sort -u | tr '\n' ' ')"
        echo "cgroups $(cut -d: -f3 /proc/self/cgroup | sort -u | tr '\n' ' ')"
        for n in 'Max core file size' 'Max open files' 'Max locked memory' 'Max msgqueue size' 'Max nice priority' 'Max realtime priority'; do echo "$n $(sed -n "s/^$n  *\([^ ]*\)  *\([^ ]*\).*/\1 \2/p" /proc/self/limits)"; done
        echo "variables $(env | cut -d= -f1 | grep -v -E '^(GIT_|DRAFTHORSE_COMMAND$|DOTNET_ROOT$|OLDPWD$|_$|SHLVL$|PWD$|LANG$|TMPDIR$|USER$|HOSTNAME$|CURL_|SSL_|NODE_|PIP_|REQUESTS_|CARGO_|NIX_|JAVA_|AWS_)' | sort | tr '\n' ' ')"
        perl -e 'sub ask { my ($what, $r) = @_; print "$what ", $r < 0 ? $! + 0 : $r, "\n" }
          print "descriptors ", join(" ", grep { syscall(72, $_, 1, 0) >= 0 } 0 .. 300), "\n";
          ask("securebits", syscall(157, 27)); ask("dumpable", syscall(157, 3)); my ($t, $n, $b) = ("user", "drafthorse-test", "x" x 64);
          ask("key", syscall(250, 10, -3, $t, $n, 0)); ask("read", syscall(250, 11, -3, $b, 64)); ask("add", syscall(248, $t, $n, $b, 4, -3)); ask("request", syscall(249, $t, $n, 0, 0))'
        echo "keys $(cat /proc/keys 2>/dev/null | wc -l)"
        """;

    private readonly CliWorld _world = new();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Theory]
    [InlineData("bubblewrap", 0)]
    [InlineData("bubblewrap", OrdinaryUser)]
    [InlineData("docker", 0)]
    public async Task Sandbox_OfAnOddStarter_HasNothingOfIt(string sandbox, int user)
    {
        await PrepareAsync(sandbox, user);

        var facts = await RunAsync(sandbox, user, Facts);

        var isDocker = sandbox == "docker";
        var files = Math.Min(65_536, HardLimitOfFiles());
        var expected = new Dictionary<string, string>
        {
            ["umask"] = "0022",
            ["nice"] = isDocker ? "0" : "5",
            ["personality"] = "00000000",
            ["memory"] = "500",
            ["terminal"] = "0",
            ["descriptors"] = "0 1 2",
            ["SigBlk"] = "0000000000000000",
            ["SigIgn"] = "0000000000000000",
            // What is inherited only by programs that a file gives a capability: without new privileges there is none.
            ["CapInh"] = isDocker ? "0000000000000000" : user == 0 ? "0000000000000400" : "0000000001001400",
            ["CapPrm"] = isDocker ? "00000000000000eb" : "0000000000000000",
            ["CapEff"] = isDocker ? "00000000000000eb" : "0000000000000000",
            // What nobody inside can get: without new privileges there is no program that has it.
            ["CapBnd"] = isDocker ? "00000000000000eb" : user == 0 ? "0000000000000400" : "0000000001001400",
            ["CapAmb"] = "0000000000000000",
            ["NoNewPrivs"] = "1",
            ["Seccomp"] = "2",
            // An ordinary user cannot give groups up; inside they have no name and there is no file of theirs.
            ["groups"] = isDocker ? "0" : user == 0 ? "" : "1000 65534",
            ["cgroups"] = "/",
            ["Max core file size"] = "1 1",
            ["Max open files"] = $"{files} {files}",
            ["Max locked memory"] = "8388608 8388608",
            ["Max msgqueue size"] = "819200 819200",
            ["Max nice priority"] = "0 0",
            ["Max realtime priority"] = "0 0",
            ["variables"] = "HOME PATH",
            ["securebits"] = "0",
            ["dumpable"] = "1",
            ["key"] = "1",
            ["read"] = "1",
            ["add"] = "1",
            ["request"] = "1",
            ["keys"] = "0",
        };
        // The C library keeps the signals 32 and 33 to itself, and a starter's starter may have ignored them.
        facts["SigIgn"] = facts["SigIgn"].Replace("180000000", "000000000", StringComparison.Ordinal);
        Assert.Equal(Text(expected), Text(facts));
    }

    [Fact]
    public async Task Sandbox_OfAnOrdinaryUser_CannotTakeAllThatTheUserMayHave()
    {
        await PrepareAsync("bubblewrap", OrdinaryUser);
        var most = int.Parse(await File.ReadAllTextAsync("/proc/sys/fs/inotify/max_user_instances", TestContext.Current.CancellationToken), System.Globalization.CultureInfo.InvariantCulture);

        var facts = await RunAsync(
            "bubblewrap",
            OrdinaryUser,
            """
            perl -e 'while (syscall(253) >= 0) { $n++ } print "watchers $n\n"; $k = syscall(56, 0x10000011, 0, 0, 0, 0); exit if $k == 0; print "namespace ", $! + 0, "\n"'
            for f in max_inotify_instances max_user_namespaces max_net_namespaces; do (echo 100000 > /proc/sys/user/$f) 2>/dev/null; echo "$f $(cat /proc/sys/user/$f)"; done
            """);

        Assert.Equal($"{most / 8}", facts["watchers"]);
        Assert.Equal("1", facts["namespace"]);
        Assert.Equal((facts["watchers"], "0", "0"), (facts["max_inotify_instances"], facts["max_user_namespaces"], facts["max_net_namespaces"]));
    }

    [Fact]
    public async Task Launch_StarterHasAKey_WhatIsStartedHasAKeyringOfItsOwn()
    {
        await PrepareAsync("bubblewrap", 0);
        string[] search = ["/usr/bin/perl", "-e", """$| = 1; my ($type, $name) = ("user", "drafthorse-test"); print syscall(250, 10, -3, $type, $name, 0) < 0 ? "none: " . ($! + 0) : "found", "\n" """];
        var log = Path.Combine(_world.Folder, "log");
        string[] launch = ["dotnet", SandboxdPrograms.FindManaged()!, "launch", "--socket", Path.Combine(_world.Folder, "s"), "--log", log, "--"];

        await using var starter = CliProcess.Start(_world, "perl", ["starter.pl", "0", "secret", .. search]);
        await starter.EndAsync();
        await using var launched = CliProcess.Start(_world, "perl", ["starter.pl", "0", "secret", .. launch, .. search]);
        await launched.EndAsync();
        launched.Expect(0);
        string found;
        while (!File.Exists(log) || !(found = await File.ReadAllTextAsync(log, TestContext.Current.CancellationToken)).EndsWith('\n'))
            await Task.Yield();

        // ENOKEY.
        Assert.Equal(("found\n", "none: 126\n"), (starter.Output, found));
    }

    private async Task PrepareAsync(string sandbox, int user)
    {
        if (!Environment.IsPrivilegedProcess)
            Assert.Skip("Needs root, to be root and somebody else.");
        if (sandbox == "docker")
            _world.UseDocker(await docker.GetAsync());
        await File.WriteAllTextAsync(Path.Combine(_world.Folder, "starter.pl"), OddStarter, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_world.Folder, "secret"), Marker, TestContext.Current.CancellationToken);
        Directory.CreateDirectory(_world.Home);
        if (user != 0 && await ShellAsync($"setpriv --reuid {user} --regid {user} --clear-groups test -r {CliProcess.Program}") != 0)
            Assert.Skip($"An ordinary user cannot read {CliProcess.Program}: put the checkout where everybody can.");
    }

    /// <summary>Runs a script as a command of the model, and returns the facts that it prints.</summary>
    private async Task<Dictionary<string, string>> RunAsync(string sandbox, int user, string script)
    {
        var call = new { calls = new[] { new { name = "execute", arguments = new { command = script } } } };
        var model = _world.Script(JsonSerializer.Serialize(call), """{"text":"done"}""");
        Assert.Equal(0, await ShellAsync($"chown -R {user}:{user} {Path.GetDirectoryName(_world.Folder)}"));
        await using var run = CliProcess.Start(
            _world, "perl", ["starter.pl", $"{user}", "secret", CliProcess.Program, "run", "--json", "--sandbox", sandbox, "--model", model, "go"]);
        run.Input.Close();
        await run.EndAsync();
        run.Expect(0);

        var finished = run.Json.Single(line => line.GetProperty("type").GetString() == "tool.finished");
        Assert.DoesNotContain(Marker, finished.ToString(), StringComparison.Ordinal);
        return (from line in Output(finished).Split('\n')
                let fact = Split(line)
                where fact.Name.Length > 0 && !line.StartsWith('[')
                select fact).GroupBy(fact => fact.Name).ToDictionary(group => group.Key, group => group.First().Value);
    }

    private static long HardLimitOfFiles() => long.Parse(
        File.ReadLines("/proc/self/limits").First(line => line.StartsWith("Max open files", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[4],
        System.Globalization.CultureInfo.InvariantCulture);

    private static string Output(JsonElement finished) => finished.EnumerateObject().First(member => member.Value.ValueKind == JsonValueKind.String && member.Value.GetString()!.Contains('\n', StringComparison.Ordinal)).Value.GetString()!;

    private static (string Name, string Value) Split(string line)
    {
        var words = line.StartsWith("Max ", StringComparison.Ordinal) ? line.LastIndexOf(' ', Math.Max(0, line.LastIndexOf(' ') - 1)) : line.IndexOf(' ', StringComparison.Ordinal);
        return words < 0 ? (line.Trim(), "") : (line[..words].Trim(), line[words..].Trim());
    }

    private static string Text(IReadOnlyDictionary<string, string> facts) => string.Join('\n', facts.OrderBy(fact => fact.Key, StringComparer.Ordinal).Select(fact => $"{fact.Key}: {fact.Value}"));

    private static async Task<int> ShellAsync(string command)
    {
        using var process = Process.Start("sh", ["-c", command]);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode;
    }
}
