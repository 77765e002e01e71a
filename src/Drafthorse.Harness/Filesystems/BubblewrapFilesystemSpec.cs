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

    /// <summary>How much of the machine one sandbox is planned with, and how far it may go.</summary>
    public SandboxLimits Limits { get; init; } = new();

    /// <inheritdoc />
    public override ISandboxBackend CreateBackend(TimeProvider timeProvider)
    {
        var options = new BubblewrapOptions { StateDirectory = Path.GetFullPath(StateDirectory), Limits = Limits.Check() };
        foreach (var path in ReadOnlyPaths)
        {
            options.ReadOnlyPaths.Add(path);
        }

        return new BubblewrapBackend(options, timeProvider);
    }
}
