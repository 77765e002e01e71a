using Drafthorse.Sandbox.Files;
using Drafthorse.Sandbox.Files.Tree;
using Drafthorse.Sandbox.Search.Patterns;

namespace Drafthorse.Sandbox.Search;

/// <summary>A file that a walk came by. Its folder is open only until the walk goes on.</summary>
/// <param name="Folder">The folder it is in.</param>
/// <param name="Name">Its name there.</param>
/// <param name="Path">Its path from where the walk began.</param>
/// <param name="Kind">What it is; folders are not given.</param>
internal readonly record struct WalkedFile(Folder Folder, string Name, string Path, EntryKind Kind);

/// <summary>Goes through all files beneath a folder, sorted, by open folders and without following links; leaves out <c>.git</c> and
/// what .gitignore files name.</summary>
internal sealed class TreeWalk : IDisposable
{
    private const int MaxDepth = 200;

    private readonly bool _includeIgnored;
    private readonly Stack<Level> _levels = [];

    private TreeWalk(bool includeIgnored) => _includeIgnored = includeIgnored;

    /// <summary>Folders that could not be read, or were too deep.</summary>
    public int Unreadable { get; private set; }

    /// <summary>Starts at a folder of the roots. The rules of the repository above it hold too.</summary>
    public static TreeWalk Start(FileRoots roots, Location location, bool includeIgnored)
    {
        var walk = new TreeWalk(includeIgnored);
        var (above, prefix) = includeIgnored ? (null, "") : RulesAbove(roots, location.Path);
        walk.Enter(location.OpenFolder(), prefix, prefix.Length, above);
        return walk;
    }

    public IEnumerable<WalkedFile> Files(CancellationToken cancellationToken)
    {
        while (_levels.TryPeek(out var level))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (level.Next == level.Entries.Count)
            {
                _levels.Pop().Folder.Dispose();
                continue;
            }

            var entry = level.Entries[level.Next++];
            var path = level.Path + entry.Name;
            if (entry.Name == ".git" || level.Rules?.IsIgnored(path, entry.Kind == EntryKind.Folder) == true)
            {
                continue;
            }

            if (entry.Kind != EntryKind.Folder)
            {
                yield return new WalkedFile(level.Folder, entry.Name, path[level.Skip..], entry.Kind);
            }
            else if (_levels.Count < MaxDepth && Open(level.Folder, entry.Name) is { } folder)
            {
                Enter(folder, path + "/", level.Skip, level.Rules);
            }
            else
            {
                Unreadable++;
            }
        }
    }

    public void Dispose()
    {
        while (_levels.TryPop(out var level))
        {
            level.Folder.Dispose();
        }
    }

    private static Folder? Open(Folder parent, string name)
    {
        try
        {
            return parent.TryOpenFolder(name);
        }
        catch (FileException)
        {
            return null;
        }
    }

    private void Enter(Folder folder, string path, int skip, IgnoreRules? above)
    {
        List<FolderEntry> entries;
        try
        {
            entries = folder.Entries(path);
        }
        catch (FileException) when (_levels.Count > 0)
        {
            Unreadable++;
            folder.Dispose();
            return;
        }
        catch
        {
            folder.Dispose();
            throw;
        }

        entries.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        var rules = above;
        if (!_includeIgnored)
        {
            rules = IgnoreRules.Enter(folder, path.Length, above, Has(".gitignore"), Has(".git"));
        }

        _levels.Push(new Level(folder, path, skip, entries, rules));

        bool Has(string name) => entries.Exists(entry => entry.Name == name);
    }

    // From the repository that the folder lies in down to the folder, the folder itself left to the walk.
    private static (IgnoreRules? Rules, string Prefix) RulesAbove(FileRoots roots, string path)
    {
        var parts = FileRoots.Split(path);
        if (roots.Match(parts) is not var (root, depth))
        {
            return (null, "");
        }

        IgnoreRules? rules = null;
        var prefix = "";
        var isInRepository = false;
        var folder = Folder.OpenRoot(root);
        try
        {
            foreach (var part in parts.Skip(depth))
            {
                var isRepository = folder.Stat(".git") is not null;
                isInRepository |= isRepository;
                prefix = isRepository ? "" : prefix;
                rules = isInRepository ? IgnoreRules.Enter(folder, prefix.Length, rules, hasRules: true, isRepository) : null;
                prefix = isInRepository ? $"{prefix}{part}/" : "";
                var next = folder.TryOpenFolder(part);
                if (next is null)
                {
                    return (null, "");
                }

                folder.Dispose();
                folder = next;
            }
        }
        finally
        {
            folder.Dispose();
        }

        return (rules, prefix);
    }

    private sealed class Level(Folder folder, string path, int skip, List<FolderEntry> entries, IgnoreRules? rules)
    {
        public Folder Folder { get; } = folder;

        public string Path { get; } = path;

        public int Skip { get; } = skip;

        public List<FolderEntry> Entries { get; } = entries;

        public IgnoreRules? Rules { get; } = rules;

        public int Next { get; set; }
    }
}
