using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Sandboxes.Bubblewrap;

namespace Drafthorse.Harness;

/// <summary>Each thread has a bubblewrap sandbox on this Linux machine: own files, processes and network, and no image.</summary>
public sealed class BubblewrapFilesystemSpec : FilesystemSpec
{
    /// <summary>Where the sandboxes' files live: absolute, on a local disk, and short, as sockets are in it (default
    /// <c>~/.drafthorse/bubblewrap</c>).</summary>
    public string StateDirectory { get; init; } =
        Path.Combine(System.Environment.GetFolderPath(System.Environment.SpecialFolder.UserProfile), ".drafthorse", "bubblewrap");

    /// <summary>Further paths of the host that can be read inside, at the same place: toolchains outside <c>/usr</c>.</summary>
    public IReadOnlyList<string> ReadOnlyPaths { get; init; } = [];

    /// <summary>Most memory of one sandbox, in bytes (default 4 GiB).</summary>
    public long MemoryBytes { get; init; } = 4L << 30;

    /// <summary>Processors of one sandbox; fractions are allowed (default 2).</summary>
    public double Cpus { get; init; } = 2;

    /// <summary>Most processes and threads of one sandbox (default 1,024).</summary>
    public int Pids { get; init; } = 1024;

    /// <inheritdoc />
    public override ISandboxBackend CreateBackend(TimeProvider timeProvider)
    {
        var options = new BubblewrapOptions { StateDirectory = Path.GetFullPath(StateDirectory), MemoryBytes = MemoryBytes, Cpus = Cpus, Pids = Pids };
        foreach (var path in ReadOnlyPaths)
        {
            options.ReadOnlyPaths.Add(path);
        }

        return new BubblewrapBackend(options, timeProvider);
    }
}
