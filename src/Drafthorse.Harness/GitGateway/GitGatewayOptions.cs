using Drafthorse.Harness.GitGateway.Git;

namespace Drafthorse.Harness.GitGateway;

/// <summary>Where the gateway keeps its mirrors, and its limits.</summary>
internal sealed class GitGatewayOptions
{
    /// <summary>The host's directory for mirrors and quarantines. Never inside a sandbox.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>The git program (default: <c>git</c> from the path; version 2.36 or newer).</summary>
    public string GitProgram { get; init; } = "git";

    /// <summary>How long a mirror is served without asking upstream again (default 2 s).</summary>
    public TimeSpan MirrorFreshness { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Longest time of one exchange with upstream (default 10 min).</summary>
    public TimeSpan UpstreamTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Longest time of one clone, fetch or push of a sandbox (default 15 min).</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Longest silence of a client while it sends or should read (default 2 min).</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Least rate at which a client sends or reads, in bytes a second, after a minute that each request has to spare (default 4,096).</summary>
    public int MinBytesPerSecond { get; init; } = 4096;

    /// <summary>Most bytes in the pack of one push (default 100 MiB).</summary>
    public long MaxPushBytes { get; init; } = 100L * 1024 * 1024;

    /// <summary>Most new commits in one push (default 1,000).</summary>
    public int MaxPushCommits { get; init; } = 1000;

    /// <summary>Most bytes of one pushed object when it is unpacked (default 100 MiB).</summary>
    public long MaxObjectBytes { get; init; } = 100L * 1024 * 1024;

    /// <summary>Most bytes of the files that a push changes when they are checked out (default 1 GiB).</summary>
    public long MaxChangedFileBytes { get; init; } = 1024L * 1024 * 1024;

    /// <summary>Most address space, beside the repository's indexes, of one git process that unpacks what a client pushed (default 768 MiB).</summary>
    public long MaxUnpackMemoryBytes { get; init; } = 768L * 1024 * 1024;

    /// <summary>Most address space of one git process that serves a clone or fills a mirror (default 4 GiB).</summary>
    public long MaxProcessMemoryBytes { get; init; } = 4L * 1024 * 1024 * 1024;

    /// <summary>Most git processes that serve clients at the same time, over all threads (default 32).</summary>
    public int MaxProcesses { get; init; } = 32;

    /// <summary>Most connections of one thread at the same time (default 8).</summary>
    public int MaxConnectionsPerThread { get; init; } = 8;

    internal UnpackBounds Unpack => new()
    {
        MaxMemoryBytes = MaxUnpackMemoryBytes,
        MaxPackBytes = MaxPushBytes,
        MaxObjectBytes = MaxObjectBytes,
        MaxTreeBytes = MaxChangedFileBytes,
        Timeout = RequestTimeout,
    };
}
