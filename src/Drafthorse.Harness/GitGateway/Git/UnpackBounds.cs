namespace Drafthorse.Harness.GitGateway.Git;

/// <summary>How much of the host a hostile peer's pack may take when git unpacks it: a few bytes of deltas can unfold to gigabytes.</summary>
internal sealed record UnpackBounds
{
    /// <summary>Most address space of a git process that unfolds the peer's objects, beside the indexes of the repository.</summary>
    public long MaxMemoryBytes { get; init; } = 768L * 1024 * 1024;

    /// <summary>Most processor time of one such process.</summary>
    public TimeSpan MaxProcessorTime { get; init; } = TimeSpan.FromMinutes(1);

    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Most bytes of the pack itself.</summary>
    public long MaxPackBytes { get; init; } = 100L * 1024 * 1024;

    /// <summary>Most bytes of one object, unpacked.</summary>
    public long MaxObjectBytes { get; init; } = 100L * 1024 * 1024;

    /// <summary>Most bytes of all files that a tree has and the tree before it had not: one object may be there under many names.</summary>
    public long MaxTreeBytes { get; init; } = 1024L * 1024 * 1024;

    /// <summary>The words for a pack that is too large as it is.</summary>
    public string PackIsTooLarge => $"the pack is larger than {MaxPackBytes / (1024 * 1024)} MiB. Do not commit large or generated files.";

    /// <summary>The command with these bounds on it and on all that it starts, for work in a repository.</summary>
    public GitCommand Apply(GitCommand command, string repository) => command with
    {
        MaxMemoryBytes = MaxMemoryBytes + IndexBytes(Path.Combine(repository, "objects")),
        MaxFileBytes = 4 * MaxPackBytes,
        MaxProcessorTime = MaxProcessorTime,
        Timeout = Timeout,
        Config =
        [
            .. command.Config, ("core.packedGitLimit", "128m"), ("core.packedGitWindowSize", "16m"), ("core.deltaBaseCacheLimit", "96m"),
            ("pack.threads", "1"), ("pack.windowMemory", "64m"),
            // Objects above this are streamed through whatever their size; they shall meet the limit instead.
            ("core.bigFileThreshold", "2000m"),
        ],
    };

    // Git maps these files whole, also those of the repositories behind.
    private static long IndexBytes(string objects)
    {
        var alternates = Path.Combine(objects, "info", "alternates");
        string[] all = File.Exists(alternates) ? [objects, .. File.ReadAllLines(alternates)] : [objects];
        return all.SelectMany(store => (string[])[Path.Combine(store, "pack"), Path.Combine(store, "info")])
            .Select(folder => new DirectoryInfo(folder))
            .Where(folder => folder.Exists)
            .SelectMany(folder => folder.EnumerateFiles("*", SearchOption.AllDirectories))
            .Where(file => file.Extension is ".idx" or ".rev" or ".graph" or ".bitmap" || file.Name is "multi-pack-index" or "commit-graph")
            .Sum(file => file.Length);
    }
}
