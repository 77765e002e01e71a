namespace Drafthorse.Harness.GitGateway;

/// <summary>Keeps other processes that share the state directory out while a mirror changes. Freed by the system when a holder dies.</summary>
internal static class FileLock
{
    private const int WouldBlockOnLinux = 11;
    private const int WouldBlockOnMac = 35;
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(25);

    public static async Task<FileStream> TakeAsync(string path, TimeProvider time, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException exception) when (IsHeld(exception))
            {
                await Task.Delay(Retry, time, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new GitException($"The gateway cannot write to its state directory: {exception.Message}", exception);
            }
        }
    }

    private static bool IsHeld(IOException exception) => exception.HResult is WouldBlockOnLinux or WouldBlockOnMac;
}
