namespace Drafthorse.Sandbox.Files.Tree;

/// <summary>What the file system says of an entry, links not followed. Two equal facts mean that nobody wrote in between.</summary>
internal readonly record struct EntryFacts(
    EntryKind Kind, long Size, DateTimeOffset Modified, DateTimeOffset Changed, int Mode, ulong Inode, uint Owner, uint Group);

/// <summary>One name in a folder.</summary>
internal readonly record struct FolderEntry(string Name, EntryKind Kind);
