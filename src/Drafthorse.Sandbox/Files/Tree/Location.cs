using Microsoft.Win32.SafeHandles;

namespace Drafthorse.Sandbox.Files.Tree;

/// <summary>Where a path led: an open folder, a name in it, and what the name stood for. Name <c>.</c> is the folder itself.</summary>
internal sealed class Location(Folder folder, string name, EntryFacts? facts, string path, string display) : IDisposable
{
    public Folder Folder { get; } = folder;

    public string Name { get; } = name;

    /// <summary>Null when nothing is there.</summary>
    public EntryFacts? Facts { get; } = facts;

    /// <summary>The absolute path, every link on the way resolved.</summary>
    public string Path { get; } = path;

    /// <summary>The path as the model knows it.</summary>
    public string Display { get; } = display;

    public bool IsRoot => Name == ".";

    public SafeFileHandle OpenFile() => Folder.OpenFile(Name, Display);

    public Folder OpenFolder() => Facts switch
    {
        null => throw FileException.NotFound(Display),
        { Kind: EntryKind.Folder } => Folder.TryOpenFolder(Name) ?? throw FileException.FromErrno(20, Display),
        _ => throw new FileException(FileErrorKind.WrongKind, $"{Display} is not a folder. Use read_file for a file."),
    };

    public void Dispose() => Folder.Dispose();
}
