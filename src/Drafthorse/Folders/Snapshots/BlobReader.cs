using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Drafthorse.Folders.Snapshots;

/// <summary>Reads files' contents by their ids, one after the other.</summary>
internal sealed class BlobReader(ShadowGit git) : IAsyncDisposable
{
    private const long MostBytes = 1L << 30;
    private const int LongestLink = 4096;
    private Process? _process;

    public async Task<string> ReadTextAsync(string id, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        await CopyAsync(id, content, cancellationToken, LongestLink);
        return Encoding.UTF8.GetString(content.ToArray());
    }

    /// <summary>Throws an <see cref="IOException"/> when it is too large or cannot be read.</summary>
    public async Task CopyAsync(string id, Stream to, CancellationToken cancellationToken, long most = MostBytes)
    {
        _process ??= git.Start(["cat-file", "--batch"]);
        var (pipe, output) = (_process.StandardInput.BaseStream, _process.StandardOutput.BaseStream);
        await pipe.WriteAsync(Encoding.ASCII.GetBytes($"{id}\n"), cancellationToken);
        await pipe.FlushAsync(cancellationToken);
        var head = await ReadLineAsync(output, cancellationToken);
        if (head.Split(' ') is not [_, "blob", var text] || !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size))
            throw new IOException($"its content cannot be read: {head}");
        var fits = size <= most;
        var buffer = new byte[64 * 1024];
        for (var left = size + 1; left > 0;)
        {
            // After the content comes one line feed.
            var read = await output.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)), cancellationToken);
            if (read == 0)
                throw new IOException("its content ended early");
            left -= read;
            if (fits)
                await to.WriteAsync(buffer.AsMemory(0, left == 0 ? read - 1 : read), cancellationToken);
        }

        if (!fits)
            throw new IOException($"it has {size:N0} bytes, and {most:N0} are the most");
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is null)
            return;
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
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
