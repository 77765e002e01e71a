namespace Drafthorse.Harness.GitGateway.Http;

/// <summary>A body that was read to its end before git sees a byte of it, so that who sends slowly keeps no process waiting.</summary>
internal static class SpooledBody
{
    /// <summary>The body as a file that is gone when it is closed; null when it is longer than <paramref name="maxBytes"/>.</summary>
    public static async Task<FileStream?> ReadAsync(Stream body, string directory, long maxBytes, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, $"{Guid.NewGuid():N}.body");
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, 1, FileOptions.DeleteOnClose | FileOptions.Asynchronous);
        try
        {
            // The name goes at once, so that nothing is left when the process dies.
            if (!OperatingSystem.IsWindows())
                File.Delete(path);
            var buffer = new byte[64 * 1024];
            while (await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is var read and > 0)
            {
                if (file.Position + read > maxBytes)
                {
                    await file.DisposeAsync().ConfigureAwait(false);
                    return null;
                }

                await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            }

            file.Position = 0;
            return file;
        }
        catch
        {
            await file.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
