using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Drafthorse.Folders.Snapshots;

/// <summary>
/// Makes the states of a folder. The repositories below it are carried as plain files, each with its own ignored files; what cannot be
/// read is left out.
/// </summary>
/// <param name="facts">The folder.</param>
/// <param name="directory">Our repository beside it.</param>
/// <param name="hidden">Paths below the folder that are never in a state.</param>
internal sealed class StateTaker(FolderFacts facts, string directory, IReadOnlyList<string> hidden)
{
    private const int MostFiles = 100_000;
    private const long MostBytes = 2L << 30;
    private const int MostRepositories = 200;
    private const int MostNotes = 10;
    private const string RepositoryMode = "160000 ";
    private readonly List<(string Path, string Why)> _left = [];
    private readonly List<(string Below, string Tree)> _repositories = [];
    private readonly List<string> _obeyed = [];
    private int _files;
    private long _bytes;

    /// <summary>What the last state left out.</summary>
    public IReadOnlyList<string> Notes =>
        [.. _left.Take(MostNotes).Select(left => $"{left.Path} is left out: {left.Why}."), .. _left.Count > MostNotes ? [$"{_left.Count - MostNotes} more are left out."] : Array.Empty<string>()];

    /// <summary>Folders below the folder that git obeys, also those of repositories that the last state found in it.</summary>
    public IReadOnlyList<string> Obeyed => [.. facts.Obeyed, .. _obeyed];

    /// <summary>The folder as it is now: the id of a tree. Throws <see cref="FolderException"/>.</summary>
    public async Task<string> TakeAsync(CancellationToken cancellationToken)
    {
        FolderFacts.RequireThere(facts.Root);
        if (WaitingFiles.Find(facts.Root) is { } waiting)
            throw new FolderException($"{waiting} is not a file, and git would wait for it: remove it");
        (_files, _bytes) = (0, 0);
        _left.Clear();
        _repositories.Clear();
        _obeyed.Clear();
        var tree = await TakeAsync(facts, "", cancellationToken);
        return _repositories.Count == 0 ? tree : await JoinAsync(tree, cancellationToken);
    }

    private async Task<string> TakeAsync(FolderFacts repository, string below, CancellationToken cancellationToken)
    {
        var name = below.Length == 0 ? "files" : $"files-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(below)))[..16]}";
        var (index, ignored) = ($"{name}.index", Path.Combine(directory, $"{name}.ignored"));
        await File.WriteAllTextAsync(ignored, repository.Ignored, cancellationToken);
        var git = new ShadowGit(directory, repository.Root, ignored);
        File.Delete(Path.Combine(directory, $"{index}.lock"));
        var first = !File.Exists(Path.Combine(directory, index));
        if (first && below.Length == 0 && repository.Head is { } head)
            await ReadCommittedAsync(git, head, index, cancellationToken);

        var others = await ListAsync(git, first ? ["-c", "-o"] : ["-o"], index, cancellationToken);
        ThrowIfTooLarge(repository.Root, others);
        var repositories = others.Where(path => path.EndsWith('/')).Select(path => path.TrimEnd('/')).ToList();
        await AddAsync(git, below, [.. repositories, .. hidden.Select(path => Path.GetRelativePath(repository.Root, Path.Combine(facts.Root, path))).Where(path => !path.StartsWith("..", StringComparison.Ordinal))], index, cancellationToken);
        foreach (var inner in repositories.Where(path => !hidden.Contains(below + path)))
            await TakeRepositoryAsync(Path.Combine(repository.Root, inner), below + inner, cancellationToken);
        return await git.TextAsync(["write-tree"], cancellationToken, index: index);
    }

    private async Task TakeRepositoryAsync(string root, string below, CancellationToken cancellationToken)
    {
        if (_repositories.Count == MostRepositories)
        {
            _left.Add((below, $"it is a git repository of its own, and {MostRepositories} are carried at most"));
            return;
        }

        var at = _repositories.Count;
        _repositories.Add((below, ""));
        var repository = await FolderFacts.ReadRepositoryAsync(root, cancellationToken) ?? new FolderFacts { Root = root, Below = "" };
        _obeyed.AddRange(repository.Obeyed.Select(path => path == "." ? below : $"{below}/{path}"));
        _repositories[at] = (below, await TakeAsync(repository, $"{below}/", cancellationToken));
    }

    /// <summary>Files that are committed count though they match an ignored pattern. Other repositories are looked at by themselves.</summary>
    private async Task ReadCommittedAsync(ShadowGit git, string head, string index, CancellationToken cancellationToken)
    {
        await git.RunAsync(["read-tree", head], cancellationToken, index: index);
        foreach (var path in hidden)
            await git.RunAsync(["rm", "-r", "-q", "--cached", "--ignore-unmatch", "--", $":(top,literal){path}"], cancellationToken, index: index);
        await DropRepositoriesAsync(git, index, cancellationToken);
    }

    /// <summary>Takes entries for other repositories out of an index.</summary>
    public static async Task DropRepositoriesAsync(ShadowGit git, string index, CancellationToken cancellationToken)
    {
        var entries = Encoding.UTF8.GetString(await git.RunAsync(["ls-files", "-s", "-z"], cancellationToken, index: index)).Split('\0')
            .Where(entry => entry.StartsWith(RepositoryMode, StringComparison.Ordinal)).Select(entry => entry[(entry.IndexOf('\t', StringComparison.Ordinal) + 1)..]).ToList();
        if (entries.Count > 0)
            await git.RunAsync(["update-index", "-z", "--force-remove", "--stdin"], cancellationToken, string.Concat(entries.Select(path => $"{path}\0")), index: index);
    }

    private async Task AddAsync(ShadowGit git, string below, IReadOnlyList<string> not, string index, CancellationToken cancellationToken)
    {
        var which = string.Concat([".\0", .. not.Select(path => $":(exclude,top,literal){path}\0")]);
        var result = await git.TryAsync(["add", "-A", "--ignore-errors", "--pathspec-from-file=-", "--pathspec-file-nul"], cancellationToken, which, index: index);
        if (result.ExitCode is not (0 or 1) || LeftOut.IsFailure(result.Error))
            throw new FolderException($"{git.WorkTree} cannot be read: {result.Error.Trim()}");
        var left = LeftOut.Parse(result.Error);
        if (result.ExitCode == 1 && left.Count == 0)
            throw new FolderException($"{git.WorkTree} cannot be read: {result.Error.Trim()}");
        if (left.Count > 0)
            await git.RunAsync(["update-index", "-z", "--force-remove", "--stdin"], cancellationToken, string.Concat(left.Select(entry => $"{entry.Path}\0")), index: index);
        _left.AddRange(left.Select(entry => (below + entry.Path, entry.Why)));
    }

    private async Task<string> JoinAsync(string tree, CancellationToken cancellationToken)
    {
        const string Index = "join.index";
        var git = new ShadowGit(directory, facts.Root);
        await git.RunAsync(["read-tree", tree], cancellationToken, index: Index);
        foreach (var (below, inner) in _repositories)
            await git.RunAsync(["read-tree", $"--prefix={below}/", inner], cancellationToken, index: Index);
        return await git.TextAsync(["write-tree"], cancellationToken, index: Index);
    }

    private static async Task<string[]> ListAsync(ShadowGit git, string[] which, string index, CancellationToken cancellationToken) =>
        Encoding.UTF8.GetString(await git.RunAsync(["ls-files", "-z", "--exclude-standard", .. which], cancellationToken, index: index)).Split('\0', StringSplitOptions.RemoveEmptyEntries);

    private void ThrowIfTooLarge(string root, string[] files)
    {
        _files += files.Length;
        _bytes += _files > MostFiles ? 0 : files.Sum(file => new FileInfo(Path.Combine(root, file)) is { Exists: true, LinkTarget: null } info ? info.Length : 0);
        if (_files > MostFiles || _bytes > MostBytes)
        {
            throw new FolderException(string.Create(
                CultureInfo.InvariantCulture,
                $"{facts.Root} has too many files for this: at most {MostFiles:N0} and {MostBytes >> 30} GiB that are not ignored. Name a smaller folder, or list in .gitignore what is not source"));
        }
    }
}
