namespace Drafthorse.Sandbox.Files;

/// <summary>The folders that file operations may touch, and the one from which relative paths start.</summary>
internal sealed class FileRoots
{
    private const int MaxPath = 4096;

    private readonly (string Path, string[] Parts)[] _spellings;

    /// <summary>Makes the list. A root that does not exist yet may appear later.</summary>
    /// <param name="roots">Absolute paths, such as <c>/src</c>, <c>/agent</c> and <c>/tmp</c>.</param>
    /// <param name="workingDirectory">Where relative paths start.</param>
    /// <exception cref="ArgumentException">A path is not absolute, or there is no root.</exception>
    public FileRoots(IReadOnlyList<string> roots, string workingDirectory)
    {
        ArgumentNullException.ThrowIfNull(roots);
        ArgumentException.ThrowIfNullOrEmpty(workingDirectory);
        if (roots.Count == 0 || roots.Any(root => !Path.IsPathFullyQualified(root)) || !Path.IsPathFullyQualified(workingDirectory))
        {
            throw new ArgumentException("Roots and working directory must be absolute paths, and there must be a root.", nameof(roots));
        }

        Roots = [.. roots.Select(Clean)];
        WorkingDirectory = Clean(workingDirectory);
        _spellings = [.. Roots.Select(root => (root, Split(root)))
            .Concat(Roots.Select(root => (Path: root, Parts: Split(RealPath(root)))).Where(root => !root.Parts.SequenceEqual(Split(root.Path))))
            .OrderByDescending(root => root.Item2.Length)];
    }

    private FileRoots(FileRoots others, string workingDirectory)
    {
        Roots = others.Roots;
        _spellings = others._spellings;
        WorkingDirectory = workingDirectory;
    }

    /// <summary>The allowed folders.</summary>
    public IReadOnlyList<string> Roots { get; }

    /// <summary>Where relative paths start.</summary>
    public string WorkingDirectory { get; }

    /// <summary>The same roots for a request with a working directory of its own.</summary>
    internal FileRoots For(PlacedRequest request) => request.WorkingDirectory switch
    {
        null => this,
        var path when path.StartsWith('/') && !path.Contains('\0') && path.Length <= MaxPath => new FileRoots(this, "/" + string.Join('/', Split(path))),
        _ => throw new FileException(FileErrorKind.Invalid, "The working directory must be an absolute path."),
    };

    /// <summary>The parts of a path that a model gave, from the file system's root, <c>..</c> not yet resolved.</summary>
    internal string[] Parse(string path)
    {
        if (string.IsNullOrWhiteSpace(path))
        {
            throw new FileException(FileErrorKind.Invalid, "The path is empty. Give a path such as src/app.py, or . for the working directory.");
        }

        if (path.Contains('\0'))
        {
            throw new FileException(FileErrorKind.Invalid, "The path holds a NUL character. Give a plain path.");
        }

        if (path.Length > MaxPath)
        {
            throw FileException.FromErrno(36, path);
        }

        return path.StartsWith('/') ? Split(path) : [.. Split(WorkingDirectory), .. Split(path)];
    }

    /// <summary>The root above the parts and how many of them name it, or null when none of the roots is.</summary>
    internal (string Root, int Depth)? Match(ReadOnlySpan<string> parts)
    {
        foreach (var (path, root) in _spellings)
        {
            if (parts.Length >= root.Length && parts[..root.Length].SequenceEqual(root))
            {
                return (path, root.Length);
            }
        }

        return null;
    }

    /// <summary>A path as the model sees it: relative to the working directory when beneath it.</summary>
    internal string Display(string absolute)
    {
        if (absolute == WorkingDirectory)
        {
            return ".";
        }

        var prefix = WorkingDirectory == "/" ? "/" : WorkingDirectory + "/";
        return absolute.StartsWith(prefix, StringComparison.Ordinal) ? absolute[prefix.Length..] : absolute;
    }

    internal FileException Outside(string path) => new(
        FileErrorKind.Outside,
        $"{path} is outside the folders that file tools may use ({string.Join(", ", Roots)}). Use a path beneath them that no link leads out of.");

    internal static string[] Split(string path) =>
        [.. path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".")];

    private static string Clean(string path) => "/" + string.Join('/', Split(Path.GetFullPath(path)));

    private static string RealPath(string path)
    {
        var real = "/";
        foreach (var part in Split(path))
        {
            real = Path.Combine(real, part);
            try
            {
                real = new DirectoryInfo(real).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? real;
            }
            catch (IOException)
            {
                return path;
            }
        }

        return real;
    }
}
