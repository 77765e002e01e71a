namespace Drafthorse.Sandbox.Files;

/// <summary>A part of a text file, or a picture.</summary>
public sealed record ReadFileResult
{
    /// <summary>The path: relative to the working directory when beneath it.</summary>
    public string Path { get; init; } = "";

    /// <summary>The size of the file, in bytes.</summary>
    public long Size { get; init; }

    /// <summary>The text; null for a picture.</summary>
    public string? Text { get; init; }

    /// <summary>The position of the first character of <see cref="Text"/>.</summary>
    public int Offset { get; init; }

    /// <summary>The number of the first line of <see cref="Text"/>, from 1.</summary>
    public int FirstLine { get; init; }

    /// <summary>The position to go on from; null at the end.</summary>
    public int? NextOffset { get; init; }

    /// <summary>The characters that can be read in all.</summary>
    public int TotalCharacters { get; init; }

    /// <summary>Whether the file is larger than what can be read of it.</summary>
    public bool IsCapped { get; init; }

    /// <summary>The position, in bytes, of the first byte that is not valid UTF-8; such bytes are shown as U+FFFD.</summary>
    public int? InvalidAt { get; init; }

    /// <summary>The media type of a picture.</summary>
    public string? MediaType { get; init; }

    /// <summary>The bytes of a picture.</summary>
    public byte[]? Data { get; init; }
}

/// <summary>What an operation changed.</summary>
public sealed record ChangeResult
{
    /// <summary>The files, in the order of the request.</summary>
    public IReadOnlyList<FileChange> Changes { get; init; } = [];
}

/// <summary>A change of one file.</summary>
public sealed record FileChange
{
    /// <summary>The path: relative to the working directory when beneath it.</summary>
    public string Path { get; init; } = "";

    /// <summary>What happened.</summary>
    public FileChangeKind Kind { get; init; }

    /// <summary>Where a moved file is now.</summary>
    public string? MovedTo { get; init; }

    /// <summary>Lines that are new.</summary>
    public int LinesAdded { get; init; }

    /// <summary>Lines that are gone.</summary>
    public int LinesRemoved { get; init; }

    /// <summary>How many places were replaced.</summary>
    public int Replacements { get; init; }

    /// <summary>What the model should know, such as that white space was matched loosely.</summary>
    public string? Note { get; init; }
}

/// <summary>What happened to a file.</summary>
public enum FileChangeKind
{
    /// <summary>It has new content.</summary>
    Updated,

    /// <summary>It is new.</summary>
    Created,

    /// <summary>It is gone.</summary>
    Deleted,

    /// <summary>It has another name, and maybe new content.</summary>
    Moved,
}

/// <summary>What a folder holds, by name.</summary>
public sealed record ListFilesResult
{
    /// <summary>The path: relative to the working directory when beneath it.</summary>
    public string Path { get; init; } = "";

    /// <summary>The entries, sorted by name.</summary>
    public IReadOnlyList<FileFacts> Entries { get; init; } = [];

    /// <summary>How many entries the folder has in all.</summary>
    public int Total { get; init; }
}

/// <summary>An entry's facts.</summary>
public sealed record FileFacts
{
    /// <summary>The name in the list.</summary>
    public string Name { get; init; } = "";

    /// <summary>What it is.</summary>
    public EntryKind Kind { get; init; }

    /// <summary>The size, in bytes.</summary>
    public long Size { get; init; }

    /// <summary>When its content was last written.</summary>
    public DateTimeOffset Modified { get; init; }

    /// <summary>The permission bits.</summary>
    public int Mode { get; init; }

    /// <summary>Where a link points.</summary>
    public string? Target { get; init; }
}
