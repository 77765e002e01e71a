namespace Drafthorse.Sandbox.Files.Tree;

/// <summary>
/// Finds the place that a path means without ever leaving the roots: folder by folder from an open root, each link read and
/// walked in turn. The same rule as <c>openat2</c> with RESOLVE_BENEATH and RESOLVE_NO_MAGICLINKS, but links (absolute ones too)
/// that lead to a place beneath a root are followed, and it works where that call is missing or filtered.
/// </summary>
internal sealed class PathWalk
{
    private const int MaxLinks = 40, MaxSteps = 2000;

    private readonly FileRoots _roots;
    private readonly string _asked;
    private readonly bool _createFolders;
    private readonly bool _followLast;
    private readonly Func<string, Folder> _open;
    private readonly Stack<string> _ahead = [];
    private readonly List<string> _behind = [];
    private Folder? _folder;
    private int _links;

    private PathWalk(FileRoots roots, string asked, bool followLast, bool createFolders, Func<string, Folder>? open)
    {
        _roots = roots;
        _asked = asked;
        _followLast = followLast;
        _createFolders = createFolders;
        _open = open ?? Folder.OpenRoot;
    }

    /// <summary>Walks to a path. The caller disposes the location.</summary>
    /// <param name="roots">The allowed folders.</param>
    /// <param name="path">The path, absolute or relative to the working directory.</param>
    /// <param name="followLast">Whether a link at the very end is followed.</param>
    /// <param name="createFolders">Whether folders that lack on the way are made.</param>
    /// <param name="open">Opens a root; tests put another kind of folder here.</param>
    public static Location Resolve(FileRoots roots, string path, bool followLast = true, bool createFolders = false, Func<string, Folder>? open = null)
    {
        var walk = new PathWalk(roots, path, followLast, createFolders, open);
        try
        {
            return walk.Run();
        }
        catch
        {
            walk._folder?.Dispose();
            throw;
        }
    }

    private string Here => "/" + string.Join('/', _behind);

    private Location Run()
    {
        StartAt(_roots.Parse(_asked));
        for (var steps = 0; _ahead.TryPop(out var name); steps++)
        {
            if (steps > MaxSteps)
            {
                throw new FileException(FileErrorKind.Invalid, $"{_asked}: the path has too many parts.");
            }

            if (name == "..")
            {
                StartAt([.. _behind.Take(_behind.Count - 1), .. _ahead]);
            }
            else if (_ahead.Count == 0)
            {
                var facts = _folder!.Stat(name);
                if (!_followLast || facts is not { Kind: EntryKind.Link } || !Follow(name))
                {
                    _behind.Add(name);
                    return new Location(_folder, name, facts, Here, _roots.Display(Here));
                }
            }
            else
            {
                Enter(name);
            }
        }

        return new Location(_folder!, ".", _folder!.Stat("."), Here, _roots.Display(Here));
    }

    private void Enter(string name)
    {
        if (_folder!.TryOpenFolder(name) is { } next)
        {
            _folder.Dispose();
            _folder = next;
            _behind.Add(name);
        }
        else if (!Follow(name))
        {
            var display = _roots.Display($"{(_behind.Count == 0 ? "" : Here)}/{name}");
            switch (_folder.Stat(name))
            {
                case { Kind: EntryKind.Folder or EntryKind.Link }:
                    throw new FileException(FileErrorKind.Changed, $"{display} was swapped during the call. Look again, then repeat it.");
                case not null:
                    throw new FileException(FileErrorKind.WrongKind, $"{display} is a file, not a folder, so {_asked} cannot exist.");
                case null when !_createFolders:
                    throw new FileException(FileErrorKind.NotFound, $"{_asked}: there is no folder {display}. Look for it with list_files or glob_files.");
                default:
                    _folder.CreateFolder(name, display);
                    _ahead.Push(name);
                    break;
            }
        }
    }

    private bool Follow(string name)
    {
        if (_folder!.TryReadLink(name) is not { } target)
        {
            return false;
        }

        if (++_links > MaxLinks)
        {
            throw new FileException(FileErrorKind.Invalid, $"{_asked}: the links on this path go round in circles. Name the file itself.");
        }

        var parts = FileRoots.Split(target);
        if (target.StartsWith('/'))
        {
            StartAt([.. parts, .. _ahead]);
        }
        else
        {
            foreach (var part in parts.Reverse())
            {
                _ahead.Push(part);
            }
        }

        return true;
    }

    // Going up starts again from a root with the names so far: no handle above the present one is kept, and none is trusted.
    private void StartAt(string[] parts)
    {
        if (_roots.Match(parts) is not var (root, depth))
        {
            throw _roots.Outside(_asked);
        }

        _folder?.Dispose();
        _folder = null;
        _folder = OpenRoot(root);
        _behind.Clear();
        _behind.AddRange(parts.Take(depth));
        _ahead.Clear();
        foreach (var part in parts.Skip(depth).Reverse())
        {
            _ahead.Push(part);
        }
    }

    private Folder OpenRoot(string root)
    {
        try
        {
            return _open(root);
        }
        catch (FileException exception) when (exception.Kind == FileErrorKind.NotFound && _createFolders)
        {
            Directory.CreateDirectory(root);
            return _open(root);
        }
    }
}
