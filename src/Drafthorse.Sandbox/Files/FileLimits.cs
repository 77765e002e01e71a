namespace Drafthorse.Sandbox.Files;

/// <summary>How much one file operation takes and gives.</summary>
public static class FileLimits
{
    /// <summary>Characters that one read returns at most.</summary>
    public const int ReadCharacters = 50_000;

    /// <summary>Bytes of a text file, from its start, that can be read: 500 KB.</summary>
    public const int ReadBytes = 500_000;

    /// <summary>Bytes of a picture. Its base64 then fits the 5 MB that model providers accept.</summary>
    public const int PictureBytes = 3_750_000;

    /// <summary>Bytes of a file that is edited or written.</summary>
    public const int WriteBytes = 10_000_000;

    /// <summary>Entries that a list returns.</summary>
    public const int ListEntries = 1_000;

    /// <summary>Bytes of a list of files or of search results on the wire: many small parts take far more memory than bytes.</summary>
    public const int ListBytes = 4 * 1024 * 1024;

    /// <summary>Files that one patch may touch.</summary>
    public const int PatchFiles = 500;
}
