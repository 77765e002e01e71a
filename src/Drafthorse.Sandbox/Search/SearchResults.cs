namespace Drafthorse.Sandbox.Search;

/// <summary>Files found by name.</summary>
public sealed record GlobResult
{
    /// <summary>Their paths, sorted, relative to the working directory when beneath it.</summary>
    public IReadOnlyList<string> Paths { get; init; } = [];

    /// <summary>How many match in all.</summary>
    public int Total { get; init; }

    /// <summary>Folders that could not be read.</summary>
    public int Unreadable { get; init; }

    /// <summary>Whether the time was up before all was searched.</summary>
    public bool IsTimedOut { get; init; }
}

/// <summary>Lines found by content.</summary>
public sealed record GrepResult
{
    /// <summary>The files with matches, in the order of their paths.</summary>
    public IReadOnlyList<GrepFile> Files { get; init; } = [];

    /// <summary>Matching lines seen until the search ended.</summary>
    public int Matches { get; init; }

    /// <summary>Files searched.</summary>
    public int Searched { get; init; }

    /// <summary>Whether the search stopped at its limit; there may be more.</summary>
    public bool IsCapped { get; init; }

    /// <summary>Whether the time was up before all was searched.</summary>
    public bool IsTimedOut { get; init; }

    /// <summary>Files that were too large to search.</summary>
    public IReadOnlyList<string> TooLarge { get; init; } = [];

    /// <summary>Files on which the pattern took too long.</summary>
    public IReadOnlyList<string> TooSlow { get; init; } = [];

    /// <summary>Files and folders that could not be read.</summary>
    public int Unreadable { get; init; }
}

/// <summary>A file with matching lines.</summary>
public sealed record GrepFile
{
    /// <summary>The path, relative to the working directory when beneath it.</summary>
    public string Path { get; init; } = "";

    /// <summary>How many of its lines match, as far as it was searched.</summary>
    public int Matches { get; init; }

    /// <summary>The lines, with those around them; numbers that do not follow each other mark a gap.</summary>
    public IReadOnlyList<GrepLine> Lines { get; init; } = [];
}

/// <summary>A line of a file.</summary>
public sealed record GrepLine
{
    /// <summary>Its number, from 1.</summary>
    public int Number { get; init; }

    /// <summary>Its text; a long line is cut to what is around the match.</summary>
    public string Text { get; init; } = "";

    /// <summary>Whether it matches, or only stands near one that does.</summary>
    public bool IsMatch { get; init; }
}
