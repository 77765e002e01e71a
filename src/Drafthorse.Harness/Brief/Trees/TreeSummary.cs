namespace Drafthorse.Harness.Brief.Trees;

/// <summary>What is kept of a tree's names while they pass: counts, the first two levels, and the files that say how the project is built.
/// However large the tree is, this is not.</summary>
/// <param name="isWanted">Whether a file of this name says how a project is built.</param>
internal sealed class TreeSummary(Func<string, bool> isWanted)
{
    private const int MaxKinds = 2000;
    private const int MaxRoot = 200;
    private const int MaxChildren = 60;
    private const int MaxWantedPerLevel = 40;
    private const int MaxDepth = 2;
    private const int MaxPath = 1024;
    private const int MaxName = 255;
    private const int MaxKind = 16;
    private const string Workflows = ".github/workflows/";

    private readonly Dictionary<string, int> _kinds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OutlineFolder> _folders = new(StringComparer.Ordinal);
    private readonly List<string> _files = [];
    private readonly List<TreeEntry>[] _wanted = [.. Enumerable.Range(0, MaxDepth + 2).Select(_ => new List<TreeEntry>())];

    /// <summary>Files, links and submodules in all.</summary>
    public int Files { get; private set; }

    public int Folders { get; private set; }

    /// <summary>Files whose ending is not among <see cref="Kinds"/>.</summary>
    public int OtherKinds { get; private set; }

    /// <summary>Files that say how the project is built and are too many to be looked at.</summary>
    public int MoreWanted { get; private set; }

    /// <summary>Counts by ending, such as <c>.cs</c>; empty for names without one.</summary>
    public IReadOnlyDictionary<string, int> Kinds => _kinds;

    /// <summary>Folders of the root, in the tree's order.</summary>
    public IReadOnlyCollection<OutlineFolder> RootFolders => _folders.Values;

    /// <summary>Files of the root.</summary>
    public IReadOnlyList<string> RootFiles => _files;

    /// <summary>What was looked for, the nearest to the root first; the last ones are workflows.</summary>
    public IEnumerable<TreeEntry> Wanted => _wanted.SelectMany(entries => entries);

    public void Add(TreeEntry entry)
    {
        var path = entry.Path;
        var first = path.IndexOf('/', StringComparison.Ordinal);
        var second = first < 0 ? -1 : path.IndexOf('/', first + 1);
        if (entry.Kind == TreeEntryKind.Folder)
        {
            Folders++;
            AddFolder(path, first, second);
            return;
        }

        Files++;
        AddKind(path);
        AddFile(entry, first, second);
        if (LevelOf(path) is not { } level)
            return;
        if (_wanted[level].Count < MaxWantedPerLevel && path.Length <= MaxPath)
            _wanted[level].Add(entry);
        else
            MoreWanted++;
    }

    /// <summary>How far from the root a file is that says how the project is built; workflows come last. Null: it says nothing.</summary>
    private int? LevelOf(string path)
    {
        var depth = path.Count('/');
        if (depth > MaxDepth)
            return null;
        if (path.StartsWith(Workflows, StringComparison.Ordinal))
            return path.EndsWith(".yml", StringComparison.Ordinal) || path.EndsWith(".yaml", StringComparison.Ordinal) ? MaxDepth + 1 : null;
        return isWanted(path[(path.LastIndexOf('/') + 1)..]) ? depth : null;
    }

    private void AddFolder(string path, int first, int second)
    {
        if (first < 0)
        {
            if (_folders.Count < MaxRoot && path.Length <= MaxPath)
                _folders.TryAdd(path, new OutlineFolder(path));
        }
        else if (second < 0 && _folders.TryGetValue(path[..first], out var folder))
        {
            folder.AddFolder(path[(first + 1)..], MaxChildren, MaxName);
        }
    }

    private void AddFile(TreeEntry entry, int first, int second)
    {
        var path = entry.Path;
        if (first < 0)
        {
            if (_files.Count < MaxRoot)
                _files.Add(NameOf(path, entry.Kind));
        }
        else if (_folders.TryGetValue(path[..first], out var folder))
        {
            folder.Files++;
            if (second < 0)
                folder.AddFile(NameOf(path[(first + 1)..], entry.Kind), MaxChildren);
            else
                folder.Count(path[(first + 1)..second]);
        }
    }

    private void AddKind(string path)
    {
        var name = path.AsSpan(path.LastIndexOf('/') + 1);
        var dot = name.LastIndexOf('.');
        var kind = dot <= 0 ? "" : name.Length - dot > MaxKind ? null : name[dot..].ToString();
        if (kind is null)
            OtherKinds++;
        else if (_kinds.TryGetValue(kind, out var count))
            _kinds[kind] = count + 1;
        else if (_kinds.Count < MaxKinds)
            _kinds[kind] = 1;
        else
            OtherKinds++;
    }

    private static string NameOf(string name, TreeEntryKind kind)
    {
        var kept = name.Length <= MaxName ? name : $"{name[..MaxName]}…";
        return kind switch
        {
            TreeEntryKind.Link => $"{kept} (link)",
            TreeEntryKind.Repository => $"{kept} (submodule)",
            _ => kept,
        };
    }
}

/// <summary>A folder of the root, and what is right below it.</summary>
internal sealed class OutlineFolder(string name)
{
    private readonly Dictionary<string, int> _folders = new(StringComparer.Ordinal);
    private readonly List<string> _files = [];

    public string Name => name;

    /// <summary>Files below it, at any depth.</summary>
    public int Files { get; set; }

    /// <summary>Folders right below it, each with its count of files.</summary>
    public IReadOnlyDictionary<string, int> ChildFolders => _folders;

    public IReadOnlyList<string> ChildFiles => _files;

    public void AddFolder(string child, int most, int longest)
    {
        if (_folders.Count < most && child.Length <= longest)
            _folders.TryAdd(child, 0);
    }

    public void AddFile(string child, int most)
    {
        if (_files.Count < most)
            _files.Add(child);
    }

    public void Count(string child)
    {
        if (_folders.TryGetValue(child, out var count))
            _folders[child] = count + 1;
    }
}
