using Drafthorse.Folders.Repositories;
using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.GitGateway.Git;
using Drafthorse.Sandbox.Files;

namespace Drafthorse.Folders;

/// <summary>What the folder's own git repository says of it; nothing of it is changed, and no program that it names is run.</summary>
internal sealed record FolderFacts
{
    private const int MostIgnored = 1 << 20;

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

    /// <summary>The commits at which the history was cut off.</summary>
    public IReadOnlySet<string> Shallow { get; init; } = new HashSet<string>();

    public string ObjectFormat { get; init; } = "sha1";

    /// <summary>What git does with line ends of text here: <c>true</c>, <c>input</c> or <c>false</c>.</summary>
    public string LineEnds { get; init; } = "false";

    /// <summary>Patterns of ignored files beside those in the folder's own <c>.gitignore</c> files.</summary>
    public string Ignored { get; init; } = "";

    /// <summary>Folders below <see cref="Root"/> beside <c>.git</c> that git obeys, such as <c>.husky</c>.</summary>
    public IReadOnlyList<string> Obeyed { get; init; } = [];

    /// <summary>What a person should know before the work begins.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Throws <see cref="FolderException"/>.</summary>
    public static async Task<FolderFacts> ReadAsync(string folder, CancellationToken cancellationToken)
    {
        RequireThere(folder);
        var real = Real(folder);
        for (var at = real; at is not null; at = Path.GetDirectoryName(at))
        {
            if (await ReadRepositoryAsync(at, cancellationToken) is not { } facts)
                continue;
            var below = Path.GetRelativePath(at, real);
            return below.Split('/').Contains(".git")
                ? throw new FolderException($"{real} is part of a git repository's own files: name the folder that it belongs to")
                : facts with { Below = below == "." ? "" : below };
        }

        return new FolderFacts { Root = real, Below = "" };
    }

    /// <summary>Throws <see cref="FolderException"/> when there is no such folder (any more).</summary>
    public static void RequireThere(string folder)
    {
        if (!Directory.Exists(folder))
            throw new FolderException($"the folder {folder} is not there (any more): it was removed or renamed. Go to one that exists and start there");
    }

    /// <summary>The repository at a folder's top; null when there is none that git takes for one.</summary>
    public static async Task<FolderFacts?> ReadRepositoryAsync(string root, CancellationToken cancellationToken)
    {
        // Git opens what is there, a pipe too, and waits.
        var own = Path.Combine(root, ".git");
        if (!Path.Exists(own) || GitFiles.Read(Directory.Exists(own) ? own : Leads(root) ?? own, "HEAD") is null)
            return null;
        try
        {
            var git = new GitProcess("git", root);
            var places = await git.RunAsync(GitQuestion.Places(root), cancellationToken);
            if (places.ExitCode != 0 || places.Line.Split('\n') is not [var directory, var common])
                return null;
            return Describe(root, directory, common, await RepositorySettings.ReadAsync(git, root, cancellationToken));
        }
        catch (GitException exception)
        {
            throw new FolderException($"what git makes of {root} cannot be told: {exception.Message}", exception);
        }
    }

    private static FolderFacts Describe(string root, string directory, string common, RepositorySettings settings)
    {
        var notes = new List<string>();
        var obeyed = new[] { settings.PathOf("core.hookspath"), directory, common }
            .Select(path => Within(root, path)).OfType<string>().Where(path => path != ".git" && !path.StartsWith(".git/", StringComparison.Ordinal)).Distinct().ToList();
        var facts = new FolderFacts
        {
            Root = root,
            Below = "",
            ObjectFormat = settings["extensions.objectformat"] == "sha256" ? "sha256" : "sha1",
            LineEnds = settings["core.autocrlf"] is "true" or "input" ? settings["core.autocrlf"]! : "false",
            Ignored = string.Join('\n', [.. ReadIgnored(root, settings, notes), GitFiles.Read(common, "info/exclude") ?? ""]),
            Obeyed = obeyed,
            Notes = notes,
        };
        if (!LeadsBack(root, directory, common, settings))
        {
            notes.Add($"The .git of {root} leads to {directory}, which does not lead back here: no history is taken from there.");
            return facts;
        }

        var files = new GitFiles(directory, common);
        var (branch, head) = files.ReadHead();
        var objects = Path.Combine(common, "objects");
        return facts with
        {
            Objects = new DirectoryInfo(objects) is { Exists: true, LinkTarget: null } ? objects : null,
            Head = head,
            Branch = branch,
            Shallow = files.ReadShallow(),
        };
    }

    /// <summary>What the person's own settings ignore everywhere. A folder's settings may only name a file of the folder: else its text, a
    /// key perhaps, would be carried.</summary>
    private static IEnumerable<string> ReadIgnored(string root, RepositorySettings settings, List<string> notes)
    {
        const string Setting = "core.excludesfile";
        if (settings.IsOfFolder(Setting))
            return Within(root, settings.PathOf(Setting)) is { } file && GitFiles.Read(root, file) is { } text ? [text] : [];
        var config = Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } named ? named : Path.Combine(RepositorySettings.Home, ".config");
        var path = settings.PathOf(Setting) ?? Path.Combine(config, "git", "ignore");
        if (!Path.Exists(path))
            return [];
        try
        {
            return [RegularFile.ReadText(path, MostIgnored)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            notes.Add($"{path} is left out, so that what it ignores is not ignored here: {exception.Message}");
            return [];
        }
    }

    /// <summary>Whether the repository is this folder's by its own account: a stranger's folder can name any repository of this machine.</summary>
    private static bool LeadsBack(string root, string directory, string common, RepositorySettings settings)
    {
        var own = Path.Combine(root, ".git");
        if (Directory.Exists(own))
            return new DirectoryInfo(own).LinkTarget is null && !Path.Exists(Path.Combine(own, "commondir"));
        if (GitFiles.Read(directory, "gitdir")?.Trim() is { Length: > 0 } back)
            return Path.GetFullPath(back, directory) == own && Path.GetDirectoryName(directory) == Path.Combine(common, "worktrees");
        return common == directory && settings.IsOfFolder("core.worktree") && Path.GetFullPath(settings["core.worktree"]!, directory) == root;
    }

    private static string? Leads(string root) => GitFiles.Read(root, ".git") is { } text && text.StartsWith("gitdir:", StringComparison.Ordinal)
        ? Path.GetFullPath(text["gitdir:".Length..].Trim(), root)
        : null;

    private static string Real(string folder) => new DirectoryInfo(folder).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));

    private static string? Within(string root, string? path)
    {
        if (path is null)
            return null;
        var relative = Path.GetRelativePath(root, Path.GetFullPath(path, root));
        return relative == ".." || relative.StartsWith("../", StringComparison.Ordinal) || Path.IsPathRooted(relative) ? null : relative;
    }
}
