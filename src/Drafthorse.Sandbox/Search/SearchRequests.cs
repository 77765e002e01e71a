using Drafthorse.Sandbox.Files;

namespace Drafthorse.Sandbox.Search;

/// <summary>Finds files by their names.</summary>
public sealed record GlobRequest : PlacedRequest
{
    /// <summary>The pattern: <c>*.cs</c> at any depth, or a path such as <c>src/**/*.{ts,tsx}</c>.</summary>
    public string Pattern { get; init; } = "";

    /// <summary>The folder to search.</summary>
    public string Path { get; init; } = ".";

    /// <summary>Whether files that .gitignore names are found too.</summary>
    public bool IncludeIgnored { get; init; }

    /// <summary>The most paths to return: 1 to 5,000.</summary>
    public int Limit { get; init; } = 1_000;
}

/// <summary>Finds lines by a regular expression.</summary>
public sealed record GrepRequest : PlacedRequest
{
    /// <summary>A .NET regular expression, matched against each line.</summary>
    public string Pattern { get; init; } = "";

    /// <summary>Whether the pattern is plain text.</summary>
    public bool IsLiteral { get; init; }

    /// <summary>Whether letters match in either case.</summary>
    public bool IgnoreCase { get; init; }

    /// <summary>The folder or file to search.</summary>
    public string Path { get; init; } = ".";

    /// <summary>A glob pattern that files must match.</summary>
    public string? Include { get; init; }

    /// <summary>Lines to show around each match: 0 to 20.</summary>
    public int Context { get; init; }

    /// <summary>Whether only the files and their numbers of matching lines are returned.</summary>
    public bool FilesOnly { get; init; }

    /// <summary>Whether files that .gitignore names are searched too.</summary>
    public bool IncludeIgnored { get; init; }

    /// <summary>The most matching lines, or files, to return: 1 to 2,000.</summary>
    public int Limit { get; init; } = 200;
}
