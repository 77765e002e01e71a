using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Sandboxes.Local;

namespace Drafthorse.Harness;

/// <summary>Tools act on this machine itself, with this user's rights and without isolation: for one's own machine only. File tools
/// stay within <see cref="WorkingDirectory"/>; commands do not.</summary>
public sealed class LocalFilesystemSpec : FilesystemSpec
{
    /// <summary>The directory that tools work in (default: the process's current one).</summary>
    public string WorkingDirectory { get; init; } = Directory.GetCurrentDirectory();

    /// <summary>Names of further environment variables that commands get. Whatever is named here can be read by the model.</summary>
    public IReadOnlyList<string> PassEnvironment { get; init; } = [];

    /// <inheritdoc />
    public override ISandboxBackend CreateBackend(TimeProvider timeProvider)
    {
        var options = new LocalOptions { WorkingDirectory = Path.GetFullPath(WorkingDirectory) };
        foreach (var name in PassEnvironment)
        {
            options.PassEnvironment.Add(name);
        }

        return new LocalBackend(options, timeProvider);
    }
}
