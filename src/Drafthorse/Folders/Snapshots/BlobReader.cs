using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Drafthorse.Folders.Snapshots;

/// <summary>Reads files' contents, and other objects, by their ids, one after the other.</summary>
internal sealed class BlobReader(ShadowGit git) : IAsyncDisposable
{
    private const long MostBytes = 1L << 30;
    private const int LongestLink = 4096;
    private Process? _process;

    /// <summary>Throws an <see cref="IOException"/> as <see cref="CopyAsync"/> does.</summary>
    public async Task<string> ReadTextAsync(string id, CancellationToken cancellationToken, string kind = "blob", int most = LongestLink)
    {
        using var content = new MemoryStream();
        await CopyAsync(id, content, cancellationToken, most, kind);
        return Encoding.UTF8.GetString(content.ToArray());
    }

    /// <summary>Throws an <see cref="IOException"/> when it is too large or cannot be read.</summary>
    public async Task CopyAsync(string id, Stream to, CancellationToken cancellationToken, long most = MostBytes, string kind = "blob")
    {
        var size = await AskAsync(id, kind, cancellationToken);
        if (size > most)
        {
            await ReadAsync(size, Stream.Null, cancellationToken);
            throw new IOException($"it has {size:N0} bytes, and {most:N0} are the most");
        }

        await ReadAsync(size, to, cancellationToken);
    }

    public ValueTask DisposeAsync() => EndAsync();

    private async Task<long> AskAsync(string id, string kind, CancellationToken cancellationToken)
    {
        _process ??= git.Start(["cat-file", "--batch"]);
        var (pipe, output) = (_process.StandardInput.BaseStream, _process.StandardOutput.BaseStream);
        await pipe.WriteAsync(Encoding.ASCII.GetBytes($"{id}\n"), cancellationToken);
        await pipe.FlushAsync(cancellationToken);
        var head = await ReadLineAsync(output, cancellationToken);
        if (head.Split(' ') is [_, var found, var text] && found == kind && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size))
            return size;
        await EndAsync();
        throw new IOException($"its content cannot be read: {head}");
    }

    private async Task ReadAsync(long size, Stream to, CancellationToken cancellationToken)
    {
        var output = _process!.StandardOutput.BaseStream;
        var buffer = new byte[64 * 1024];
        try
        {
            for (var left = size + 1; left > 0;)
            {
                // After the content comes one line feed.
                var read = await output.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)), cancellationToken);
                if (read == 0)
                    throw new IOException("its content ended early");
                left -= read;
                await to.WriteAsync(buffer.AsMemory(0, left == 0 ? read - 1 : read), cancellationToken);
            }
        }
        catch
        {
            // What is left of this content would be taken for the head of the next.
            await EndAsync();
            throw;
        }
    }

    private async ValueTask EndAsync()
    {
        if (_process is not { } process)
            return;
        _process = null;
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private static async Task<string> ReadLineAsync(Stream output, CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (await output.ReadAsync(one, cancellationToken) == 1 && one[0] != '\n' && line.Length < 200)
            line.Append((char)one[0]);
        return line.ToString();
    }
}
