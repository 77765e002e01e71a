namespace Drafthorse.Harness.Brief.Trees;

/// <summary>The files of a project, as they can be looked at without a sandbox. Nothing that belongs to the project is run.</summary>
internal abstract class ProjectTree
{
    /// <summary>The largest file that is read, in bytes.</summary>
    public const int MaxFileBytes = 256 * 1024;

    /// <summary>Most bytes of all files that are read together.</summary>
    public const int MaxBytes = 2 * 1024 * 1024;

    /// <summary>Names every file and folder, folders before what is in them. Returns false when there are too many, or it took too long: then
    /// <paramref name="see"/> has seen the first of them.</summary>
    public abstract Task<bool> ListAsync(Action<TreeEntry> see, CancellationToken cancellationToken);

    /// <summary>Every file and link that is one of these paths or below one of them, <paramref name="most"/> at most.</summary>
    public abstract Task<IReadOnlyList<TreeEntry>> FindAsync(IReadOnlyList<string> paths, int most, CancellationToken cancellationToken);

    /// <summary>The contents of files, in their order; a file that cannot be read says why.</summary>
    public abstract Task<IReadOnlyList<TreeFile>> ReadAsync(IReadOnlyList<TreeEntry> entries, CancellationToken cancellationToken);
}

/// <summary>One name in a project.</summary>
/// <param name="Path">The path below the project's root, with <c>/</c>; bytes that are not UTF-8 as <see cref="Sandbox.Files.FileName"/> has them.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Id">What the tree finds it by.</param>
internal readonly record struct TreeEntry(string Path, TreeEntryKind Kind, string Id = "");

/// <summary>What a name in a project stands for.</summary>
internal enum TreeEntryKind
{
    /// <summary>A file.</summary>
    File,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A symbolic link. None is followed.</summary>
    Link,

    /// <summary>Another repository at a commit (a submodule).</summary>
    Repository,
}

/// <summary>A file that was asked for.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Text">Its text; null when it was not read.</param>
/// <param name="Why">Why it was not read; empty when it was.</param>
internal sealed record TreeFile(string Path, string? Text, string Why = "");
