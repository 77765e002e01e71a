namespace Drafthorse.Sandbox.Files;

/// <summary>A request whose relative paths start somewhere, and whose result names paths from there.</summary>
public abstract record PlacedRequest
{
    /// <summary>An absolute path; null is the sandbox's own working directory.</summary>
    public string? WorkingDirectory { get; init; }
}

/// <summary>Reads a part of a text file, or a picture.</summary>
public sealed record ReadFileRequest : PlacedRequest
{
    /// <summary>The path.</summary>
    public string Path { get; init; } = "";

    /// <summary>The first character to return, from 0 (UTF-16 code units, as .NET and JavaScript count).</summary>
    public int Offset { get; init; }

    /// <summary>The first line to return, from 1; used instead of <see cref="Offset"/> when set.</summary>
    public int? Line { get; init; }

    /// <summary>The most characters to return: 1 to 50,000.</summary>
    public int Limit { get; init; } = FileLimits.ReadCharacters;
}

/// <summary>Writes a whole file, making its folders.</summary>
public sealed record WriteFileRequest : PlacedRequest
{
    /// <summary>The path.</summary>
    public string Path { get; init; } = "";

    /// <summary>The whole new content.</summary>
    public string Content { get; init; } = "";

    /// <summary>The call under which the result is kept; a second request with it changes nothing and gets the first result.</summary>
    public string? CallId { get; init; }
}

/// <summary>Changes parts of a text file, all or none.</summary>
public sealed record EditFileRequest : PlacedRequest
{
    /// <summary>The path.</summary>
    public string Path { get; init; } = "";

    /// <summary>The changes, applied in order, each to the result of the one before.</summary>
    public IReadOnlyList<FileEdit> Edits { get; init; } = [];

    /// <summary>The call under which the result is kept; a second request with it changes nothing and gets the first result.</summary>
    public string? CallId { get; init; }
}

/// <summary>One replacement.</summary>
public sealed record FileEdit
{
    /// <summary>The text that is there now.</summary>
    public string OldText { get; init; } = "";

    /// <summary>The text that takes its place.</summary>
    public string NewText { get; init; } = "";

    /// <summary>Whether every occurrence is replaced; else there must be just one.</summary>
    public bool ReplaceAll { get; init; }
}

/// <summary>Applies a patch in the <c>*** Begin Patch</c> format, all of it or nothing.</summary>
public sealed record ApplyPatchRequest : PlacedRequest
{
    /// <summary>The patch.</summary>
    public string Patch { get; init; } = "";

    /// <summary>The call under which the result is kept; a second request with it changes nothing and gets the first result.</summary>
    public string? CallId { get; init; }
}

/// <summary>Deletes a file, a link or a folder.</summary>
public sealed record DeleteFileRequest : PlacedRequest
{
    /// <summary>The path. A link is deleted itself, not what it points to.</summary>
    public string Path { get; init; } = "";

    /// <summary>Whether a folder is deleted with all that it holds.</summary>
    public bool Recursive { get; init; }

    /// <summary>The call under which the result is kept; a second request with it changes nothing and gets the first result.</summary>
    public string? CallId { get; init; }
}

/// <summary>Names the folder that is listed.</summary>
public sealed record PathRequest : PlacedRequest
{
    /// <summary>The path.</summary>
    public string Path { get; init; } = ".";
}
