using System.Globalization;

namespace Drafthorse.Harness.Sandboxes.Bubblewrap;

/// <summary>
/// The command line that makes one bubblewrap sandbox. Inside there are the host's programs to read, the sandbox's own files to
/// write, and nothing else of the host; no network but loopback, to which every address leads; no capability but those over
/// that network, which <c>sandboxd</c> does not hand on.
/// </summary>
/// <param name="programs">What it is made of.</param>
/// <param name="options">Its limits and paths.</param>
/// <param name="hostUser">The user of the host that it is when the program is root.</param>
internal sealed class BubblewrapCommand(BubblewrapPrograms programs, BubblewrapOptions options, int hostUser)
{
    private const string DaemonDirectory = "/opt/drafthorse";

    /// <summary>Where bubblewrap finds the system call filter.</summary>
    private const int FilterDescriptor = 4;

    /// <summary>What the kernel counts of the control groups, as <c>sandboxd</c> is told of it: inside, no control group is seen.</summary>
    private const string Counters = "5,6";

    /// <summary>Opens the system call filter and the groups' counters, of either layout, and enters the control groups: the filter, the
    /// groups' count, their directories, then the command.</summary>
    private const string EnterGroups = """
        set -e
        exec 4< "$1" 5< /dev/null 6< /dev/null
        n=$2; shift 2
        while [ "$n" -gt 0 ]; do
          if [ -r "$1/memory.events" ]; then exec 5< "$1/memory.events"; elif [ -r "$1/memory.oom_control" ]; then exec 5< "$1/memory.oom_control"; fi
          if [ -r "$1/pids.events" ]; then exec 6< "$1/pids.events"; fi
          echo $$ > "$1/cgroup.procs"; shift; n=$((n - 1))
        done
        exec "$@"
        """;

    /// <summary>As root, in a network of the sandbox's own: lets anybody in it open the doors' low ports and every
    /// address lead to them, shows the sandbox's files at
    /// a private place, as the way to them may be closed to others, and gives root up. The user, the place, the count of writable
    /// directories, of all paths, the paths, then the command.</summary>
    private const string GiveUpRoot = """
        set -e
        user=$1 place=$2 writable=$3 n=$4 i=0; shift 4
        ip link set lo up
        ip route add local 0.0.0.0/0 dev lo
        ip -6 route add local ::/0 dev lo 2>/dev/null || :
        echo 0 > /proc/sys/net/ipv4/ip_unprivileged_port_start
        mount -t tmpfs -o mode=755,size=1m,nosuid,nodev drafthorse "$place"
        while [ "$i" -lt "$n" ]; do
          if [ -d "$1" ]; then mkdir "$place/$i"; else : > "$place/$i"; fi
          [ "$i" -ge "$writable" ] || chown "$user:$user" "$1"
          mount --bind "$1" "$place/$i"
          shift; i=$((i + 1))
        done
        cd /
        exec setpriv --reuid "$user" --regid "$user" --clear-groups -- "$@"
        """;

    /// <summary>Where no cgroup holds the sandbox, what limits there are for each process: processes, then kibibytes of data.</summary>
    private const string LimitProcesses = """
        ulimit -u "$1"; ulimit -d "$2"; shift 2
        exec "$@"
        """;

    /// <summary>What the kernel tells everybody about the whole machine, or about keys that are not the sandbox's.</summary>
    private static readonly string[] HiddenFacts =
    [
        "/proc/interrupts", "/proc/kcore", "/proc/key-users", "/proc/keys", "/proc/kmsg", "/proc/latency_stats", "/proc/sched_debug", "/proc/timer_list",
    ];

    private static readonly string[] EtcOfHost =
    [
        "/etc/alternatives", "/etc/ca-certificates", "/etc/ca-certificates.conf", "/etc/dotnet", "/etc/fonts", "/etc/ld.so.cache", "/etc/ld.so.conf",
        "/etc/ld.so.conf.d", "/etc/localtime", "/etc/magic", "/etc/maven/logging", "/etc/maven/m2.conf", "/etc/mime.types", "/etc/perl", "/etc/pki/ca-trust", "/etc/pki/tls/certs", "/etc/protocols",
        "/etc/python3", "/etc/services", "/etc/ssl/certs", "/etc/ssl/openssl.cnf", "/etc/timezone",
    ];

    /// <summary>A directory that every system has and that none of the paths to show is in.</summary>
    private readonly string _place = new[] { "/mnt", "/media", "/tmp" }.First(place =>
        !programs.SandboxdFiles.Concat(options.ReadOnlyPaths).Append(options.StateDirectory).Append(BubblewrapPrograms.FindDotnetRoot() ?? "")
            .Any(path => path.StartsWith(place + "/", StringComparison.Ordinal)));

    private readonly List<string> _staged = [];
    private int _writable;

    /// <summary>The command that, run with the listening socket, becomes the sandbox with <c>sandboxd</c> as its first process.</summary>
    public IReadOnlyList<string> Build(SandboxDirectory directory, IReadOnlyDictionary<string, string> environment, IReadOnlyList<string> groups, SandboxLimits limits)
    {
        var writable = directory.Writable.Select(pair => (Host: Stage(pair.Host), pair.Inside)).ToList();
        _writable = _staged.Count;
        var arguments = Isolate();
        arguments.AddRange(writable.SelectMany(pair => (string[])["--bind", pair.Host, pair.Inside]));
        foreach (var file in Directory.EnumerateFiles(directory.Etc).Order(StringComparer.Ordinal))
            arguments.AddRange("--ro-bind", Stage(file), $"/etc/{Path.GetFileName(file)}");
        var sandboxd = AddSandboxd(arguments);
        arguments.AddRange("--remount-ro", "/", "--chdir", "/src", "--clearenv");
        foreach (var (name, value) in Environment(environment))
            arguments.AddRange("--setenv", name, value);
        arguments.Add("--");
        if (groups.Count == 0)
            arguments.AddRange("/bin/sh", "-c", LimitProcesses, "sh", Text(limits.MostPids), Text(limits.MostMemoryBytes / 1024));
        arguments.AddRange([.. sandboxd, "serve", "--", "--memory", Text(limits.MostMemoryBytes), "--pids", Text(limits.MostPids), "--counters", Counters]);
        return Wrap(arguments, directory.Filter, groups);
    }

    /// <summary>The command that makes an empty sandbox and leaves it at once: shows whether this machine lets us. It reads the system
    /// call filter from its standard input.</summary>
    public IReadOnlyList<string> BuildProbe() => Wrap([.. Isolate(), "--", "/bin/true"], "/dev/stdin", []);

    private List<string> Isolate()
    {
        List<string> arguments =
        [
            programs.Bubblewrap, "--unshare-all", "--unshare-user", "--uid", "1000", "--gid", "1000", "--hostname", "sandbox",
            "--new-session", "--as-pid-1", "--cap-drop", "ALL", "--seccomp", Text(FilterDescriptor), .. Network(), "--ro-bind", "/usr", "/usr",
        ];
        foreach (var directory in new[] { "/bin", "/sbin", "/lib", "/lib32", "/lib64" })
        {
            if (new DirectoryInfo(directory).LinkTarget is { } target)
                arguments.AddRange("--symlink", target, directory);
            else
                arguments.AddRange("--ro-bind-try", directory, directory);
        }

        foreach (var path in EtcOfHost.Concat(Directory.EnumerateDirectories("/etc", "java*")).Where(path => Path.Exists(path)))
            arguments.AddRange("--ro-bind-try", path, path);
        foreach (var path in options.ReadOnlyPaths)
            arguments.AddRange("--ro-bind", Stage(path), path);
        if (BubblewrapPrograms.FindDotnetRoot() is { } dotnet && !dotnet.StartsWith("/usr/", StringComparison.Ordinal))
            arguments.AddRange("--ro-bind", Stage(dotnet), dotnet);

        arguments.AddRange("--proc", "/proc");
        arguments.AddRange(HiddenFacts.Where(File.Exists).SelectMany(file => (string[])["--ro-bind", "/dev/null", file]));
        arguments.AddRange("--dev", "/dev", "--perms", "1777", "--size", Text(64 << 20), "--tmpfs", "/dev/shm", "--remount-ro", "/dev");
        arguments.AddRange("--perms", "1777", "--size", Text(options.TmpBytes), "--tmpfs", "/tmp", "--size", Text(16 << 20), "--tmpfs", "/run");
        arguments.AddRange("--dir", "/var", "--symlink", "/tmp", "/var/tmp", "--symlink", "/run", "/var/run");
        return arguments;
    }

    /// <summary>As root the network is made before, see <see cref="GiveUpRoot"/>. Else it belongs to the sandbox's user namespace, in which
    /// the daemon needs its capabilities: a further namespace, to forbid more of them, would take that away. With CAP_SYS_RESOURCE it
    /// lowers the limits of the namespace, and gives that up.</summary>
    private string[] Network() => programs.IsRoot
        ? ["--cap-add", "CAP_NET_BIND_SERVICE", "--share-net", "--disable-userns"]
        : ["--cap-add", "CAP_NET_BIND_SERVICE", "--cap-add", "CAP_NET_ADMIN", "--cap-add", "CAP_SYS_RESOURCE"];

    private string[] AddSandboxd(List<string> arguments)
    {
        foreach (var file in programs.SandboxdFiles)
            arguments.AddRange("--ro-bind", Stage(file), $"{DaemonDirectory}/{Path.GetFileName(file)}");
        var inside = $"{DaemonDirectory}/{Path.GetFileName(programs.SandboxdFiles[0])}";
        return programs.DotnetRoot is { } dotnet ? [Path.Combine(dotnet, "dotnet"), inside] : [inside];
    }

    private Dictionary<string, string> Environment(IReadOnlyDictionary<string, string> given)
    {
        var all = new Dictionary<string, string>
        {
            ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            ["HOME"] = "/home/agent",
            ["USER"] = "agent",
            ["LANG"] = "C.UTF-8",
            ["TMPDIR"] = "/tmp",
        };
        if (BubblewrapPrograms.FindDotnetRoot() is { } dotnet)
        {
            all["DOTNET_ROOT"] = dotnet;
            all["PATH"] += $":{dotnet}";
        }

        // Else any process inside could debug the managed daemon through its diagnostics socket.
        if (programs.DotnetRoot is not null)
            all["DOTNET_EnableDiagnostics"] = "0";

        foreach (var (name, value) in given)
            all[name] = value;
        return all;
    }

    private IReadOnlyList<string> Wrap(List<string> arguments, string filter, IReadOnlyList<string> groups)
    {
        if (programs.IsRoot)
        {
            arguments.InsertRange(
                0,
                [
                    "unshare", "--mount", "--net", "--propagation", "private", "--", "/bin/sh", "-c", GiveUpRoot, "sh",
                    Text(hostUser), _place, Text(_writable), Text(_staged.Count), .. _staged,
                ]);
        }

        return ["/bin/sh", "-c", EnterGroups, "sh", filter, Text(groups.Count), .. groups, .. arguments];
    }

    /// <summary>The path by which bubblewrap sees a path of the host.</summary>
    private string Stage(string path)
    {
        if (!programs.IsRoot)
            return path;
        _staged.Add(path);
        return $"{_place}/{Text(_staged.Count - 1)}";
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
