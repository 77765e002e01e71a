using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Sqlite.Connections;

/// <summary>The store's file before SQLite sees it: where it may lie, and that only its owner reads it.</summary>
internal static class SqliteFile
{
    private static readonly string[] Network =
        ["nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "9p", "v9fs", "afs", "ceph", "gfs", "gfs2", "glusterfs", "lustre", "ncp", "webdav", "sshfs", "fuse.sshfs"];

    public static void Prepare(string path)
    {
        var directory = Path.GetDirectoryName(path)!;
        try
        {
            Directory.CreateDirectory(directory);
            var drive = new DriveInfo(directory);
            RefuseNetwork(path, drive.DriveFormat, drive.DriveType);
            if (!File.Exists(path))
            {
                var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite };
                if (!OperatingSystem.IsWindows())
                {
                    options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
                }

                using var file = new FileStream(path, options);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ThreadStoreException(
                ThreadStoreError.NoAccess,
                $"The thread store {path} cannot be made: {exception.Message} Name a file in a directory that this user may write.",
                exception);
        }
    }

    public static void RefuseNetwork(string path, string format, DriveType type)
    {
        if (type == DriveType.Network || Network.Contains(format, StringComparer.OrdinalIgnoreCase))
        {
            throw new ThreadStoreException(
                ThreadStoreError.NetworkFileSystem,
                $"The thread store {path} lies on a network file system ({format}), where several processes damage it. Name a file on a local disk, or use Redis to share threads between machines.");
        }
    }
}
