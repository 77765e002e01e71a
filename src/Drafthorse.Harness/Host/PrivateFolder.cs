namespace Drafthorse.Harness.Host;

/// <summary>The folders of our own state: their owner's alone, whatever the mode of what they lie in and the process's own mask.</summary>
internal static class PrivateFolder
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Makes a folder, and those above it that are missing, or closes it to others when it is there. Throws
    /// <see cref="IOException"/> and <see cref="UnauthorizedAccessException"/>.</summary>
    public static DirectoryInfo Create(string path)
    {
        if (OperatingSystem.IsWindows())
            return Directory.CreateDirectory(path);
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } parent && !Directory.Exists(parent))
            Create(parent);
        var folder = Directory.CreateDirectory(path, Owner);
        if ((folder.UnixFileMode & ~Owner) != 0)
            folder.UnixFileMode = Owner;
        return folder;
    }

    /// <summary>Closes a file to others when it is there.</summary>
    public static void CloseFile(string path)
    {
        if (OperatingSystem.IsWindows() || !File.Exists(path))
            return;
        var mode = File.GetUnixFileMode(path);
        if ((mode & ~Owner) != 0)
            File.SetUnixFileMode(path, mode & Owner);
    }
}
