using System.Text;

namespace Drafthorse.Folders.Snapshots;

/// <summary>What differs in a folder from the commit that is checked out there.</summary>
/// <param name="Text">The difference as a patch.</param>
/// <param name="New">Files that are not committed.</param>
/// <param name="Filtered">Files that the repository passes through a program, which is not run, so that they cannot be compared.</param>
internal sealed record FolderDiff(string Text, IReadOnlyList<string> New, IReadOnlyList<string> Filtered)
{
    private const string Index = "diff.index";

    /// <summary>Reads it with a repository of our own, so that no program which the folder's names is run. Null when there is no commit to
    /// compare with. Throws <see cref="FolderException"/>.</summary>
    public static async Task<FolderDiff?> ReadAsync(string folder, string stateDirectory, CancellationToken cancellationToken)
    {
        var states = await FolderSnapshots.OpenAsync(folder, stateDirectory, cancellationToken);
        if (states.Facts.Head is not { } head)
            return null;
        var directory = $"{states.Git.Directory[..^".git".Length]}-diff.git";
        var ignored = Path.Combine(directory, "ignored");
        var git = new ShadowGit(directory, states.Facts.Root, ignored);
        if (!File.Exists(Path.Combine(directory, "HEAD")))
            await git.RunAsync(["init", "-q", "--template=", $"--object-format={states.Facts.ObjectFormat}"], cancellationToken);
        await File.WriteAllTextAsync(ignored, states.Facts.Ignored, cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(directory, "objects", "info", "alternates"), $"{states.Facts.Objects}\n", cancellationToken);

        // Line ends are compared as git does it here; a filter without its configuration does nothing.
        (string, string)[] lineEnds = [("core.autocrlf", states.Facts.LineEnds)];
        await git.RunAsync(["read-tree", head], cancellationToken, index: Index);
        await StateTaker.DropRepositoriesAsync(git, Index, cancellationToken);
        var tree = await git.TextAsync(["write-tree", "--missing-ok"], cancellationToken, index: Index);
        await git.TryAsync(["update-index", "-q", "--refresh"], cancellationToken, index: Index, config: lineEnds);
        var changed = Paths(await RequireAsync("diff-index", "-z", "--name-only", tree, "--"));
        var filters = Encoding.UTF8.GetString(await git.RunAsync(["check-attr", "-z", "--stdin", "filter"], cancellationToken, string.Concat(changed.Select(path => $"{path}\0")), index: Index)).Split('\0');
        var filtered = filters.Chunk(3).Where(answer => answer is [_, _, not ("unspecified" or "unset")]).Select(answer => answer[0]).ToList();
        var text = await RequireAsync(
            ["diff-index", "-p", "--no-ext-diff", "--no-textconv", "--ignore-submodules=all", "--no-color", tree, "--", ".", .. filtered.Select(path => $":(exclude,top,literal){path}")]);
        return new FolderDiff(Encoding.UTF8.GetString(text), Paths(await RequireAsync("ls-files", "-z", "--others", "--exclude-standard")), filtered);

        async Task<byte[]> RequireAsync(params string[] arguments)
        {
            var result = await git.TryAsync(arguments, cancellationToken, index: Index, config: lineEnds);
            return result.ExitCode == 0 ? result.Output : throw new FolderException($"what changed in {states.Facts.Root} cannot be told: {result.Error.Trim()}");
        }
    }

    private static string[] Paths(byte[] output) => Encoding.UTF8.GetString(output).Split('\0', StringSplitOptions.RemoveEmptyEntries);
}
