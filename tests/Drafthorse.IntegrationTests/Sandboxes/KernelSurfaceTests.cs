namespace Drafthorse.IntegrationTests.Sandboxes;

/// <summary>System calls from inside: refused by the kernel itself, and in the form that programs expect.</summary>
public sealed class KernelSurfaceTests(DockerEngineFixture docker)
{
    private const int PermissionDenied = 1, NoSuchCall = 38, NoSuchFamily = 97;

    /// <summary>By their x86-64 numbers, with arguments that would reach the kernel's own checks.</summary>
    private const string Calls = """
        perl -e '
          sub ask { my ($what, @call) = @_; my $r = syscall($call[0], @call[1 .. $#call]); print "$what ", $r < 0 ? $! + 0 : "done", "\n" }
          my ($x, $zero) = ("x\0" . "\0" x 200, "\0" x 200); my $file = "/tmp/calls-$$"; open(my $f, ">", $file);
          ask("keyctl", 250, 0, -3, 0); ask("add_key", 248, $x, $x, $x, 1, -3); ask("request_key", 249, $x, $x, 0, 0);
          ask("io_uring_setup", 425, 4, $zero); ask("perf_event_open", 298, $zero, 0, -1, -1, 0); ask("bpf", 321, 0, $zero, 48); ask("userfaultfd", 323, 0);
          ask("mount", 165, $x, $x, $x, 0, 0); ask("umount2", 166, $x, 0); ask("pivot_root", 155, $x, $x); ask("open_tree", 428, -100, $x, 1); ask("fsopen", 430, $x, 0);
          ask("unshare", 272, 0x10000000); ask("setns", 308, 0, 0); ask("clone", 56, 0x10000011, 0, 0, 0, 0);
          ask("chmod", 90, $file, 04755); ask("fchmod", 91, fileno($f), 02755); ask("fchmodat", 268, -100, $file, 06755); ask("mknod", 133, "$file.1", 0104755, 0);
          ask("open", 2, "$file.2", 0x41, 04755); ask("openat", 257, -100, "$file.3", 0x41, 02755); ask("creat", 85, "$file.4", 04755);
          ask("kexec_load", 246, 0, 0, 0, 0); ask("init_module", 175, $x, 1, $x); ask("swapon", 167, $x, 0); ask("quotactl", 179, 0, $x, 0, 0); ask("acct", 163, $x);
          ask("name_to_handle_at", 303, -100, $file, $zero, $zero, 0); ask("open_by_handle_at", 304, -100, $zero, 0); ask("process_vm_readv", 310, $$, $zero, 1, $zero, 1, 0);
          ask("personality", 135, 0x400000); ask("vhangup", 153); ask("syslog", 103, 3, $zero, 10); ask("clone3", 435, $zero, 64); ask("openat2", 437, -100, $file, $zero, 24); ask("next", 500);
          ask("packet", 41, 17, 3, 0); ask("crypto", 41, 38, 5, 0); ask("vsock", 41, 40, 1, 0); ask("keys of 32 bits", 0x40000000 + 250, 0, -3, 0);
          ask("plain chmod", 90, $file, 0755); ask("plain socket", 41, 1, 1, 0); ask("plain open", 2, "$file.5", 0x41, 0644);
        '
        """;

    [Theory]
    [InlineData(SandboxKind.BubblewrapManaged)]
    [InlineData(SandboxKind.BubblewrapNative)]
    public async Task Calls_ThatReachOutside_AreRefused(SandboxKind kind)
    {
        if (System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture != System.Runtime.InteropServices.Architecture.X64)
            Assert.Skip("The numbers here are those of x86-64; SystemCallFilterTests has both.");
        await using var world = await SandboxWorld.CreateAsync(kind, docker);
        await using var session = await world.AcquireAsync();

        var answers = (await world.ShellAsync(session, Calls)).Split('\n').Select(line => line.Split(' ')).ToDictionary(words => string.Join(' ', words[..^1]), words => words[^1]);

        Assert.All(answers, answer => Assert.Equal((answer.Key, Expected(answer.Key)), (answer.Key, answer.Value)));
        Assert.Equal(43, answers.Count);
    }

    private static string Expected(string call) => call switch
    {
        "clone3" or "openat2" or "next" or "keys of 32 bits" => $"{NoSuchCall}",
        "packet" or "crypto" or "vsock" => $"{NoSuchFamily}",
        _ when call.StartsWith("plain", StringComparison.Ordinal) => "done",
        _ => $"{PermissionDenied}",
    };
}
