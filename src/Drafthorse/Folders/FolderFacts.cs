namespace Drafthorse.Folders;

/// <summary>What the folder's own git repository says of it; nothing of it is changed.</summary>
internal sealed record FolderFacts
{
    /// <summary>The top of the repository that the folder is in, or the folder itself.</summary>
    public required string Root { get; init; }

    /// <summary>Where the folder is below <see cref="Root"/>; empty when it is that.</summary>
    public required string Below { get; init; }

    /// <summary>The repository's objects; null when the folder is in none.</summary>
    public string? Objects { get; init; }

    /// <summary>The commit that is checked out, or null.</summary>
    public string? Head { get; init; }

    /// <summary>The branch that is checked out, or null.</summary>
    public string? Branch { get; init; }

    public string ObjectFormat { get; init; } = "sha1";

    /// <summary>Patterns of ignored files beside those in the folder's own <c>.gitignore</c> files.</summary>
    public string Ignored { get; init; } = "";

    /// <summary>Where the repository's hooks are below <see cref="Root"/> when its configuration says so, such as <c>.husky</c>; or null.</summary>
    public string? Hooks { get; init; }

    public static async Task<FolderFacts> ReadAsync(string folder, CancellationToken cancellationToken)
    {
        var real = Real(folder);
        var lines = (await AskAsync(real, cancellationToken, "rev-parse", "--path-format=absolute", "--show-toplevel", "--git-path", "objects", "--git-path", "info/exclude", "--show-object-format"))?.Split('\n');
        if (lines is not [var root, var objects, var exclude, var format])
            return new FolderFacts { Root = real, Below = "" };
        var everywhere = await AskAsync(real, cancellationToken, "config", "--type=path", "--get", "core.excludesFile")
            ?? Path.Combine(Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") ?? Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "/", ".config"), "git", "ignore");
        return new FolderFacts
        {
            Root = root,
            Below = Path.GetRelativePath(root, real) is var below and not "." ? below : "",
            Objects = objects,
            ObjectFormat = format,
            Head = await AskAsync(real, cancellationToken, "rev-parse", "-q", "--verify", "HEAD^{commit}"),
            Branch = await AskAsync(real, cancellationToken, "symbolic-ref", "-q", "--short", "HEAD"),
            Ignored = string.Join('\n', new[] { everywhere, exclude }.Where(File.Exists).Select(File.ReadAllText)),
            Hooks = Within(root, await AskAsync(real, cancellationToken, "config", "--type=path", "--get", "core.hooksPath")),
        };
    }

    private static string Real(string folder) => new DirectoryInfo(folder).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));

    private static string? Within(string root, string? path)
    {
        if (path is null)
            return null;
        var relative = Path.GetRelativePath(root, Path.GetFullPath(path, root));
        return relative == ".." || relative.StartsWith("../", StringComparison.Ordinal) || Path.IsPathRooted(relative) ? null : relative;
    }

    private static async Task<string?> AskAsync(string folder, CancellationToken cancellationToken, params string[] arguments)
    {
        var (code, output) = await OwnGit.AskAsync(folder, arguments, cancellationToken);
        return code == 0 && output.Trim() is { Length: > 0 } text ? text : null;
    }
}
