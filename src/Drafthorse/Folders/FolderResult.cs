using Drafthorse.Folders.Snapshots;

namespace Drafthorse.Folders;

/// <summary>What became of changes that were to be made in a folder.</summary>
internal sealed class FolderResult
{
    /// <summary>Those that were made.</summary>
    public List<FolderChange> Changed { get; } = [];

    /// <summary>Those that were not, as somebody else had changed the same file to something else.</summary>
    public List<FolderChange> Conflicts { get; } = [];

    /// <summary>Those that must not or could not be made, and why.</summary>
    public List<(string Path, string Why)> Refused { get; } = [];
}
