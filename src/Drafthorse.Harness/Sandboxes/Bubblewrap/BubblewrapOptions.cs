namespace Drafthorse.Harness.Sandboxes.Bubblewrap;

/// <summary>Where bubblewrap sandboxes keep their files, and how much of the machine each may take.</summary>
public sealed class BubblewrapOptions
{
    /// <summary>Where the sandboxes' own files live: absolute, on a local disk. Short, as sockets are in it (107 bytes at most).</summary>
    public required string StateDirectory { get; set; }

    /// <summary>The program; null = <c>bwrap</c> on <c>PATH</c>.</summary>
    public string? BubblewrapPath { get; set; }

    /// <summary>The <c>sandboxd</c> to run, native or <c>sandboxd.dll</c>; null = the native one when it was built, else the managed one
    /// beside the program.</summary>
    public string? SandboxdPath { get; set; }

    /// <summary>Further paths of the host that can be read inside, at the same place: toolchains outside <c>/usr</c>.</summary>
    public IList<string> ReadOnlyPaths { get; } = [];

    /// <summary>How much of the machine one sandbox is planned with, and how far it may go. Without a writable cgroup the memory is the
    /// limit of each process instead, and processors are not limited.</summary>
    public SandboxLimits Limits { get; set; } = new();

    /// <summary>Size of <c>/tmp</c>, in bytes (default 2 GiB).</summary>
    public long TmpBytes { get; set; } = 2L << 30;

    /// <summary>The first of the user and group ids on the host that sandboxes run as when the program itself runs as root (default
    /// 60,578; up to 61,183 systems leave them unused, see systemd's "Users, Groups, UIDs and GIDs"). Each sandbox has one of its own, so
    /// that none uses up what the kernel gives a user.</summary>
    public int FirstHostUserId { get; set; } = 60_578;

    /// <summary>How many such ids there are (default 606). When all are taken, sandboxes share them, and the log says so.</summary>
    public int HostUserCount { get; set; } = 606;

    /// <summary>How long a sandbox may take to start (default 20 s).</summary>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(20);
}
