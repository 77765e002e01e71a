namespace Drafthorse.Harness.GitGateway.Git;

/// <summary>One git command to run in the host: arguments, configuration, what it reads and writes, and its bounds.</summary>
internal sealed record GitCommand(params string[] Arguments)
{
    public string? GitDirectory { get; init; }

    /// <summary>The files that belong to the repository, which git then works in; null for a bare one.</summary>
    public string? WorkTree { get; init; }

    /// <summary>A folder of a person's, to ask what git makes of it there: with its settings and theirs, which only the questions of
    /// <see cref="GitQuestion"/> may see, as those name programs.</summary>
    public string? AskedIn { get; init; }

    public IReadOnlyList<(string Key, string Value)> Config { get; init; } = [];

    public IReadOnlyList<(string Key, string Value)> Environment { get; init; } = [];

    /// <summary>Secrets that this command knows: whatever it prints goes on without them, as the other side may print what it was shown.</summary>
    public IReadOnlyList<string> Secrets { get; init; } = [];

    public ReadOnlyMemory<byte> InputPrefix { get; init; }

    public Stream? Input { get; init; }

    /// <summary>Where the output goes while it runs; null: it is collected, up to <see cref="MaxOutputBytes"/>.</summary>
    public Stream? Output { get; init; }

    public int MaxOutputBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>How much of the end of what it says on its standard error is kept.</summary>
    public int MaxErrorBytes { get; init; } = 16 * 1024;

    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Bounds on address space and file size for a command that reads a hostile peer's bytes; 0 = none.</summary>
    public long MaxMemoryBytes { get; init; }

    public long MaxFileBytes { get; init; }

    /// <summary>Most processor time of each process; null = no bound. Needs <see cref="MaxMemoryBytes"/>.</summary>
    public TimeSpan? MaxProcessorTime { get; init; }
}
