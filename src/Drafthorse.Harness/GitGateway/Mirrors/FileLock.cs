using Drafthorse.Harness.Host;

namespace Drafthorse.Harness.GitGateway.Mirrors;

/// <summary>Keeps other processes that share the state directory out while a mirror changes. Freed by the system when a holder dies.</summary>
internal static class FileLock
{
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(25);

    /// <summary>Longer than a first clone of a large repository takes.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    /// <summary>Throws <see cref="GitException"/> when another process, stopped perhaps, does not let go of it.</summary>
    public static async Task<FileStream> TakeAsync(string path, TimeProvider time, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var began = time.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException exception) when (FileHeld.IsReasonOf(exception))
            {
                if (time.GetElapsedTime(began) >= Longest)
                    throw new GitException($"Another process has held {path} for {Longest.TotalMinutes:0} minutes. Look for a drafthorse process that is stopped or hangs, and end it.", exception);
                await Task.Delay(Retry, time, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new GitException($"The gateway cannot write to its state directory: {exception.Message}", exception);
            }
        }
    }
}
