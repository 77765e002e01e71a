using System.Globalization;

namespace Drafthorse.Harness.Drafts.Endings;

/// <summary>
/// Which files nobody wrote: trees that package managers, compilers and test runners make, by their names, by what lies in them and by
/// their size. The only place that judges it. A folder in which the repository keeps files of its own is judged by size alone.
/// </summary>
internal static class ToolTrees
{
    /// <summary>More new files than that in one folder are no hand's work.</summary>
    public const int MaxFiles = 500;

    /// <summary>Bytes of a new folder, or of a new file, from which on it is not taken along unasked.</summary>
    public const long MaxBytes = 20 * 1024 * 1024;

    /// <summary>From how many files on a folder that could be either is a tool's.</summary>
    private const int FewFiles = 20;

    private const long FewBytes = 1024 * 1024;

    /// <summary>Names that only tools give.</summary>
    private static readonly string[] CertainNames =
    [
        "node_modules", "bower_components", "jspm_packages", ".pnpm-store", ".next", ".nuxt", ".svelte-kit", ".turbo", ".parcel-cache", ".angular",
        ".nyc_output", ".venv", "venv", "virtualenv", "__pycache__", "__pypackages__", "site-packages", ".tox", ".nox", ".eggs", ".mypy_cache",
        ".pytest_cache", ".ruff_cache", ".hypothesis", ".ipynb_checkpoints", ".gradle", ".m2", ".ivy2", ".rustup", ".dart_tool", ".pub-cache",
        ".stack-work", "dist-newstyle", "elm-stuff", ".elixir_ls", ".terraform", ".serverless", "DerivedData", ".vs", "CMakeFiles", ".ccache",
        ".zig-cache", "zig-cache", "zig-out", ".bloop", ".metals", ".sass-cache", ".vagrant",
    ];

    /// <summary>Names that tools give, and people too.</summary>
    private static readonly string[] PossibleNames =
    [
        "target", "bin", "obj", "build", "dist", "out", "vendor", "Pods", "deps", "_build", "env", "coverage", "htmlcov", "TestResults", "artifacts",
        "_site", "tmp", ".cache", ".cargo", ".yarn", ".npm", ".bundle", ".build", ".nuget",
    ];

    /// <summary>The names of folders that only tools give, as one word of a shell.</summary>
    public static string Certain => string.Join(' ', CertainNames);

    /// <summary>The names of folders that may be a tool's.</summary>
    public static string Possible => string.Join(' ', PossibleNames);

    /// <summary>Endings of files that a compiler or an interpreter wrote, as a regular expression for <c>awk</c>.</summary>
    public const string Built = "\\.(o|a|so|obj|lib|dll|exe|pdb|class|jar|pyc|pyo|rlib|rmeta|d|hi|beam|wasm|nupkg|cache|tlog)$|project\\.assets\\.json$|AssemblyInfo\\.cs$";

    /// <summary>Whether a tree is a tool's.</summary>
    public static bool Covers(FoundTree tree) => tree.Kind switch
    {
        FoundKind.Marked => true,
        FoundKind.Named when tree.IsTracked => tree.Files > MaxFiles || tree.Bytes > MaxBytes,
        FoundKind.Named when CertainNames.Contains(NameOf(tree.Path), StringComparer.Ordinal) || NameOf(tree.Path).EndsWith(".egg-info", StringComparison.Ordinal) => true,
        FoundKind.Named => tree.Built > 0 || tree.Files > FewFiles || tree.Bytes > FewBytes,
        _ => tree.Files > MaxFiles || tree.Bytes > MaxBytes,
    };

    /// <summary>The trees and files that are a tool's. Of large folders inside one another the innermost, unless what is beside it is large too.</summary>
    public static IReadOnlyList<FoundTree> Judge(IEnumerable<FoundTree> found)
    {
        var judged = new List<FoundTree>();
        foreach (var tree in found.OrderByDescending(tree => tree.Path.Count(c => c == '/')).ThenBy(tree => tree.Path, StringComparer.Ordinal))
        {
            var inside = judged.Where(other => other.Kind == FoundKind.Folder && other.Path.StartsWith(tree.Path, StringComparison.Ordinal)).ToList();
            var rest = tree.Kind == FoundKind.Folder
                ? tree with { Files = tree.Files - inside.Sum(other => other.Files), Bytes = tree.Bytes - inside.Sum(other => other.Bytes) }
                : tree;
            if (Covers(rest))
                judged.Add(rest);
        }

        return [.. judged.Where(tree => !judged.Exists(other => other != tree && other.Path.EndsWith('/') && tree.Path.StartsWith(other.Path, StringComparison.Ordinal)))];
    }

    private static string NameOf(string path) => path.TrimEnd('/').Split('/')[^1];
}

/// <summary>How the listing came to a tree.</summary>
internal enum FoundKind
{
    /// <summary>By a name that tools give.</summary>
    Named,

    /// <summary>By a file in it that says so.</summary>
    Marked,

    /// <summary>By its size.</summary>
    Folder,

    /// <summary>A single large file.</summary>
    File,
}

/// <summary>New files that lie together.</summary>
/// <param name="Kind">How it was found.</param>
/// <param name="Path">Its path; a folder's ends with a slash.</param>
/// <param name="Files">How many files.</param>
/// <param name="Bytes">Their size.</param>
/// <param name="Built">How many of them a compiler wrote.</param>
/// <param name="IsTracked">Whether the repository has files of its own in it.</param>
internal sealed record FoundTree(FoundKind Kind, string Path, long Files, long Bytes, long Built, bool IsTracked)
{
    public override string ToString() => Kind == FoundKind.File
        ? string.Create(CultureInfo.InvariantCulture, $"{Path} ({Bytes / 1024.0 / 1024:0.#} MiB)")
        : string.Create(CultureInfo.InvariantCulture, $"{Path} ({Files} files, {Bytes / 1024.0 / 1024:0.#} MiB)");
}
