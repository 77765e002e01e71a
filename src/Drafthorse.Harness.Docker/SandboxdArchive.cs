using System.Formats.Tar;

namespace Drafthorse.Harness.Docker;

/// <summary>The archive that is unpacked at a new container's root: <c>sandboxd</c>, the directories it expects, and more files of <c>/etc</c>.</summary>
internal static class SandboxdArchive
{
    private const UnixFileMode Everybody = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const UnixFileMode ReadOnly = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public static async Task<MemoryStream> BuildAsync(string sandboxdPath, IReadOnlyDictionary<string, byte[]> etc, CancellationToken cancellationToken)
    {
        var archive = new MemoryStream(checked((int)new FileInfo(sandboxdPath).Length + etc.Values.Sum(file => file.Length + 1024) + 16 * 1024));
        var tar = new TarWriter(archive, TarEntryFormat.Ustar, leaveOpen: true);
        await using (tar.ConfigureAwait(false))
        {
            await WriteDirectoryAsync(tar, ContainerPlan.DaemonDirectory[1..], Owner, cancellationToken).ConfigureAwait(false);
            await WriteDirectoryAsync(tar, "src", Everybody, cancellationToken).ConfigureAwait(false);
            await WriteDirectoryAsync(tar, "agent", Everybody, cancellationToken).ConfigureAwait(false);
            await WriteDirectoryAsync(tar, "root", Owner, cancellationToken).ConfigureAwait(false);

            var binary = File.OpenRead(sandboxdPath);
            await using (binary.ConfigureAwait(false))
            {
                var entry = new UstarTarEntry(TarEntryType.RegularFile, ContainerPlan.DaemonPath[1..]) { Mode = Everybody, DataStream = binary };
                await tar.WriteEntryAsync(entry, cancellationToken).ConfigureAwait(false);
            }

            foreach (var (name, content) in etc)
            {
                var entry = new UstarTarEntry(TarEntryType.RegularFile, $"etc/{name}") { Mode = ReadOnly, DataStream = new MemoryStream(content) };
                await tar.WriteEntryAsync(entry, cancellationToken).ConfigureAwait(false);
            }
        }

        archive.Position = 0;
        return archive;
    }

    private static Task WriteDirectoryAsync(TarWriter tar, string name, UnixFileMode mode, CancellationToken cancellationToken) =>
        tar.WriteEntryAsync(new UstarTarEntry(TarEntryType.Directory, name + "/") { Mode = mode }, cancellationToken);
}
