using System.Text;
using Drafthorse.Harness.Host;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Runs;

/// <summary>
/// A file for each worker of this machine, locked as long as its process lives. A process id cannot tell that: in another container it
/// is nobody's, or somebody else's. A stopped process still holds its lock, so its lease must run out.
/// </summary>
internal sealed class OwnerLocks : IDisposable
{
    private readonly string _directory;
    private readonly FileStream _own;

    private OwnerLocks(string directory, FileStream own)
    {
        _directory = directory;
        _own = own;
    }

    /// <summary>Locks a file with the owner's name in it. Null where locks do not hold, so that the living would look dead.</summary>
    /// <exception cref="IOException">The directory cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory may not be written.</exception>
    public static OwnerLocks? Take(string directory, string owner)
    {
        PrivateFolder.Create(directory);
        while (true)
        {
            var path = Path.Combine(directory, $"{Guid.NewGuid():N}.owner");
            if (TryLock(path, FileMode.CreateNew) is not { } own)
                continue;
            own.Write(Encoding.UTF8.GetBytes(owner));
            own.Flush();

            // Somebody may have taken the new file for a dead one's, between its making and its lock.
            if (!File.Exists(path))
            {
                own.Dispose();
                continue;
            }

            if (TryLock(path, FileMode.Open) is not { } second)
                return new OwnerLocks(directory, own);
            second.Dispose();
            own.Dispose();
            File.Delete(path);
            return null;
        }
    }

    /// <summary>Ends the leases of those whose locks are free, and returns their names.</summary>
    /// <exception cref="ThreadStoreException">The store cannot be written; the next look does it.</exception>
    public async Task<IReadOnlyList<string>> EndLeasesOfTheDeadAsync(IThreadStore store, CancellationToken cancellationToken)
    {
        List<string> dead = [];
        foreach (var path in Directory.EnumerateFiles(_directory, "*.owner").Where(path => path != _own.Name))
        {
            if (TryLock(path, FileMode.Open) is not { } free)
                continue;
            await using (free.ConfigureAwait(false))
            {
                using var reader = new StreamReader(free, Encoding.UTF8);
                var owner = await reader.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
                if (owner.Length > 0 && await store.EndLeasesAsync(owner, cancellationToken).ConfigureAwait(false) > 0)
                    dead.Add(owner);
                File.Delete(path);
            }
        }

        return dead;
    }

    /// <summary>The worker ended in order: nothing of it needs to be taken over.</summary>
    public void Dispose()
    {
        File.Delete(_own.Name);
        _own.Dispose();
    }

    private static FileStream? TryLock(string path, FileMode mode)
    {
        try
        {
            return new FileStream(path, mode, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (exception is FileNotFoundException || FileHeld.IsReasonOf(exception))
        {
            return null;
        }
    }
}
