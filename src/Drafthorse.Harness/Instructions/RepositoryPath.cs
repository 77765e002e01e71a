namespace Drafthorse.Harness.Instructions;

/// <summary>Paths within a repository: relative, with <c>/</c>, without <c>.</c> and <c>..</c>; empty for its top.</summary>
internal static class RepositoryPath
{
    /// <summary>A path that begins in a folder; null when it leads out of the repository.</summary>
    public static string? Join(string folder, string path)
    {
        var parts = new List<string>();
        foreach (var part in $"{folder}/{path}".Split('/'))
        {
            if (part is "" or ".")
                continue;
            if (part != "..")
                parts.Add(part);
            else if (parts.Count == 0)
                return null;
            else
                parts.RemoveAt(parts.Count - 1);
        }

        return string.Join('/', parts);
    }

    /// <summary>A tool's path in the repository whose top is at <paramref name="root"/>; null when it is elsewhere.</summary>
    public static string? Of(string root, string? workingDirectory, string path)
    {
        var full = Join("", path.StartsWith('/') ? path : $"{workingDirectory ?? root}/{path}");
        var top = Join("", root);
        return full is null || top is null ? null
            : full == top || top.Length == 0 ? full[top.Length..]
            : full.StartsWith($"{top}/", StringComparison.Ordinal) ? full[(top.Length + 1)..]
            : null;
    }

    /// <summary>The folder that something is in.</summary>
    public static string FolderOf(string path) => path.LastIndexOf('/') is var slash and > 0 ? path[..slash] : "";

    /// <summary>The folders from below the top to a path, which may be one itself.</summary>
    public static IEnumerable<string> Chain(string path)
    {
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = path.IndexOf('/', slash + 1))
            yield return path[..slash];
        if (path.Length > 0)
            yield return path;
    }
}
