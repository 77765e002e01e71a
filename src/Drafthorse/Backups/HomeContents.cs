namespace Drafthorse.Backups;

/// <summary>What of a home a backup takes along: what cannot be made again from elsewhere. Mirrors and sandboxes can.</summary>
internal static class HomeContents
{
    /// <summary>The thread store's file.</summary>
    public const string Store = "drafthorse.db";

    private static readonly string[] Files = ["appsettings.json", "models.json", "state/github-deliveries.json"];
    private static readonly string[] Folders = ["workspace", "results"];

    /// <summary>The paths in a home of its files but for the store, links left out.</summary>
    public static IEnumerable<string> List(string home)
    {
        foreach (var name in Files.Where(name => IsFile(Path.Combine(home, name))))
            yield return name;
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = false };
        foreach (var folder in Folders.Select(name => Path.Combine(home, name)).Where(Directory.Exists))
        {
            foreach (var file in Directory.EnumerateFiles(folder, "*", options).Where(path => IsFile(path) && !path.EndsWith(".part", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
                yield return Path.GetRelativePath(home, file);
        }
    }

    /// <summary>Whether a path of an archive is one that a backup of ours could have.</summary>
    public static bool IsOurs(string name) => name == Store || Files.Contains(name)
        || (Folders.Any(folder => name.StartsWith($"{folder}/", StringComparison.Ordinal)) && name.Split('/').All(part => part is not ("" or "." or "..")) && !name.Contains('\\', StringComparison.Ordinal) && !name.Contains('\0', StringComparison.Ordinal));

    private static bool IsFile(string path) => new FileInfo(path) is { Exists: true, LinkTarget: null };
}
