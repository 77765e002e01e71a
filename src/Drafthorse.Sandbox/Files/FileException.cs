namespace Drafthorse.Sandbox.Files;

/// <summary>Why a file operation was refused.</summary>
public enum FileErrorKind
{
    /// <summary>The disk or the system failed.</summary>
    Failed,

    /// <summary>The request itself is wrong: an empty path, a pattern that does not parse.</summary>
    Invalid,

    /// <summary>There is no such file or folder.</summary>
    NotFound,

    /// <summary>The path leaves the folders that are allowed.</summary>
    Outside,

    /// <summary>It is not the kind of thing the operation works on: a folder, a pipe, a device, a binary file.</summary>
    WrongKind,

    /// <summary>The system refuses access.</summary>
    Denied,

    /// <summary>It is larger than the operation allows.</summary>
    TooLarge,

    /// <summary>The disk is full.</summary>
    NoSpace,

    /// <summary>The text to change was not found.</summary>
    NoMatch,

    /// <summary>The file changed while it was worked on.</summary>
    Changed,

    /// <summary>The text to change was found more than once.</summary>
    SeveralMatches,

    /// <summary>The file is not as it was when it was read last.</summary>
    Stale,
}

/// <summary>A file operation was refused. The message is written for the model: it names the cause and what to do.</summary>
public sealed class FileException(FileErrorKind kind, string message, Exception? innerException = null) : Exception(message, innerException)
{
    private const int PermissionDenied = 1, NoEntry = 2, Access = 13, Exists = 17, CrossDevice = 18, NotFolder = 20, IsFolder = 21, TooManyFiles = 24,
        NoSpaceLeft = 28, ReadOnly = 30, NameTooLong = 36, NotEmpty = 39, TooManyLinks = 40, Quota = 122;

    /// <summary>The reason, for code.</summary>
    public FileErrorKind Kind { get; } = kind;

    internal static FileException NotFound(string path) =>
        new(FileErrorKind.NotFound, $"{path}: no such file or folder. Look for it with list_files or glob_files.");

    internal static FileException FromErrno(int errno, string path) => errno switch
    {
        NoEntry => NotFound(path),
        PermissionDenied or Access => new(FileErrorKind.Denied, $"{path}: permission denied. Check its owner and mode with `ls -l`."),
        ReadOnly => new(FileErrorKind.Denied, $"{path}: the file system is read-only. Write somewhere else."),
        Exists => new(FileErrorKind.Changed, $"{path}: something appeared there during the call. Look again, then repeat it."),
        NotFolder => new(FileErrorKind.WrongKind, $"{path}: a part of the path is not a folder."),
        IsFolder => new(FileErrorKind.WrongKind, $"{path} is a folder, not a file."),
        TooManyLinks => new(FileErrorKind.Changed, $"{path} became a link during the call. Look again, then repeat it."),
        NoSpaceLeft or Quota => new(FileErrorKind.NoSpace, $"{path}: the disk is full; nothing was changed. Free space (`df -h`, `du -sh *`), then repeat the call."),
        NameTooLong => new(FileErrorKind.Invalid, $"{Clip(path)}: the path is too long. Use a shorter name."),
        NotEmpty => new(FileErrorKind.WrongKind, $"{path}: the folder is not empty. Set recursive to delete all that it holds."),
        CrossDevice => new(FileErrorKind.Failed, $"{path}: cannot be moved to another file system. Write it anew, then delete the old one."),
        TooManyFiles => new(FileErrorKind.Failed, $"{path}: too many open files. Repeat the call."),
        _ => new(FileErrorKind.Failed, $"{path}: the system failed with error {errno}. Repeat the call, or look with `execute`."),
    };

    /// <summary>.NET keeps the errno of a failed call in <see cref="Exception.HResult"/> on Unix.</summary>
    internal static FileException From(Exception exception, string path) => exception switch
    {
        FileException known => known,
        FileNotFoundException or DirectoryNotFoundException => NotFound(path),
        UnauthorizedAccessException => FromErrno(Access, path),
        PathTooLongException => FromErrno(NameTooLong, path),
        IOException { HResult: > 0 and < 200 } io => FromErrno(io.HResult, path),
        _ => new(FileErrorKind.Failed, $"{path}: {exception.Message}", exception),
    };

    private static string Clip(string path) => path.Length <= 100 ? path : string.Concat(path.AsSpan(0, 100), "…");
}
