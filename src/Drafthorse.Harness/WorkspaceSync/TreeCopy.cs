using System.Globalization;
using System.Text;
using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.GitGateway.Git;
using Drafthorse.Harness.Host;
using Drafthorse.Harness.Text;
using Drafthorse.Harness.Workspace.Files;
using Drafthorse.Sandbox.Files;

namespace Drafthorse.Harness.WorkspaceSync;

/// <summary>Copies the plain files of a commit into a folder, by git of ours without a work tree: no filter, attribute or hook has a say. Names that begin
/// with a dot are left out, as nothing reads them.</summary>
internal static class TreeCopy
{
    private const int MostFiles = 100_000;
    private const int MostBytes = 64 * 1024 * 1024;

    /// <summary>Throws <see cref="WorkspaceException"/> for what a workspace must not have, <see cref="GitException"/> and <see cref="IOException"/>.</summary>
    public static async Task WriteAsync(GitProcess git, string directory, string commit, string folder, CancellationToken cancellationToken)
    {
        var listed = await git.RequireAsync(new GitCommand("ls-tree", "-r", "-z", "-l", "--full-tree", "--end-of-options", commit) { GitDirectory = directory, MaxOutputBytes = 32 * 1024 * 1024 }, cancellationToken).ConfigureAwait(false);
        var files = Split(listed.Output).Where(file => !file.Path.Split('/').Any(part => part.StartsWith('.'))).ToList();
        Check(files);
        if (files.Count == 0)
            return;
        var command = new GitCommand("cat-file", "--batch") { GitDirectory = directory, InputPrefix = Encoding.ASCII.GetBytes(string.Concat(files.Select(file => $"{file.Id}\n"))), MaxOutputBytes = MostBytes + (files.Count * 128) };
        ReadOnlyMemory<byte> output = (await git.RequireAsync(command, cancellationToken).ConfigureAwait(false)).Output;
        foreach (var file in files)
        {
            var line = output.Span.IndexOf((byte)'\n');
            var end = line + 1 + (int)file.Size;
            if (line < 0 || end > output.Length)
                throw new WorkspaceException($"{ForeignText.Name(file.Path)} could not be read from the repository.");
            var path = Path.Combine(folder, file.Path);
            PrivateFolder.Create(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, output[(line + 1)..end], cancellationToken).ConfigureAwait(false);
            output = output[Math.Min(output.Length, end + 1)..];
        }
    }

    private static void Check(List<TreeFile> files)
    {
        if (files.Count > MostFiles)
            throw new WorkspaceException($"it has more than {MostFiles} files.");
        foreach (var file in files)
        {
            var name = ForeignText.Name(file.Path);
            if (!file.Mode.StartsWith("100", StringComparison.Ordinal))
                throw new WorkspaceException($"{name} is a {(file.Mode == "120000" ? "link" : "submodule")}; a workspace has plain files only.");
            if (file.Size > FolderWalk.MostBytes)
                throw new WorkspaceException(string.Create(CultureInfo.InvariantCulture, $"{name} has {file.Size:N0} bytes; the most are {FolderWalk.MostBytes:N0}."));
            if (file.Path.Split('/').Any(part => part.Length is 0 or > 200) || file.Path.Contains('\\', StringComparison.Ordinal) || file.Path.AsSpan().ContainsAnyInRange('\0', '\u001F'))
                throw new WorkspaceException($"{name} is no name for a file here.");
        }

        if (files.Sum(file => file.Size) > MostBytes)
            throw new WorkspaceException(string.Create(CultureInfo.InvariantCulture, $"its files have more than {MostBytes:N0} bytes together."));
    }

    private static List<TreeFile> Split(byte[] output)
    {
        var files = new List<TreeFile>();
        foreach (var record in FileName.Decode(output).Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            // <mode> <type> <id> <size> TAB <path>
            var tab = record.IndexOf('\t', StringComparison.Ordinal);
            if (tab > 0 && record[..tab].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var mode, _, var id, var size])
                files.Add(new TreeFile(mode, id, long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : 0, record[(tab + 1)..]));
        }

        return files;
    }

    private sealed record TreeFile(string Mode, string Id, long Size, string Path);
}
