using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;

namespace Drafthorse.Harness.Workspace.Files;

/// <summary>All files of a workspace as of one moment. Never changes.</summary>
internal sealed class WorkspaceListing
{
    public static readonly WorkspaceListing Empty = new([], []);

    private readonly FrozenDictionary<string, WorkspaceFile> _byPath;

    /// <param name="files">The files.</param>
    /// <param name="problems">What is there and is not taken, each with why.</param>
    public WorkspaceListing(IEnumerable<WorkspaceFile> files, IReadOnlyList<WorkspaceProblem> problems)
    {
        Files = [.. files.OrderBy(file => file.Path, StringComparer.Ordinal)];
        Problems = problems;
        _byPath = Files.ToFrozenDictionary(file => file.Path, StringComparer.Ordinal);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in Files)
            hash.AppendData(Encoding.UTF8.GetBytes($"{file.Path}\0{file.Hash}\n"));
        Revision = Convert.ToHexStringLower(hash.GetHashAndReset())[..32];
    }

    /// <summary>Names the contents: the same files with the same bytes have the same revision.</summary>
    public string Revision { get; }

    /// <summary>The files, by path.</summary>
    public IReadOnlyList<WorkspaceFile> Files { get; }

    public IReadOnlyList<WorkspaceProblem> Problems { get; }

    public WorkspaceFile? Find(string path) => _byPath.GetValueOrDefault(path);

    /// <summary>The files below a folder.</summary>
    public IEnumerable<WorkspaceFile> Below(string folder)
    {
        var (low, high) = (0, Files.Count);
        var prefix = $"{folder}/";
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (string.CompareOrdinal(Files[middle].Path, prefix) < 0)
                low = middle + 1;
            else
                high = middle;
        }

        for (; low < Files.Count && Files[low].Path.StartsWith(prefix, StringComparison.Ordinal); low++)
            yield return Files[low];
    }
}

/// <summary>A file of a workspace.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Size">Its size, in bytes.</param>
/// <param name="Hash">The SHA-256 of its content, in part.</param>
internal sealed record WorkspaceFile(string Path, long Size, string Hash);

/// <summary>Something in a workspace that is not taken.</summary>
/// <param name="Path">Where.</param>
/// <param name="Why">Why not.</param>
internal sealed record WorkspaceProblem(string Path, string Why);
