using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Drafthorse.Harness.Sandboxes.Bubblewrap;

/// <summary>
/// The users of the host that sandboxes are when the program is root: one for each sandbox, as the kernel counts many things (watches, pipes,
/// keys, processes, queues) for each user, whatever the namespace. Which are taken is read from the sandboxes' own records, so a user is free
/// again when its sandbox is removed.
/// </summary>
internal sealed class HostUsers(BubblewrapOptions options)
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(20);

    /// <summary>A user that the probe may be: it leaves nothing behind.</summary>
    public int Any => options.FirstHostUserId;

    /// <summary>Keeps others from choosing until it is disposed: between the choice and the record.</summary>
    public async Task<IDisposable> LockAsync(CancellationToken cancellationToken)
    {
        SandboxDirectory.CreateRoot(options.StateDirectory);
        while (true)
        {
            try
            {
                return new FileStream(Path.Combine(options.StateDirectory, "users.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                await Task.Delay(BetweenTries, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The user of a new sandbox, and with how many others it shares it: none unless all are taken.</summary>
    public (int User, int Others) Choose()
    {
        var taken = SandboxDirectory.List(options.StateDirectory).Select(directory => directory.Describe().HostUser).CountBy(user => user).ToDictionary();

        // Where several deployments are on one machine, each begins somewhere else.
        var start = (int)(BinaryPrimitives.ReadUInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(options.StateDirectory))) % (uint)options.HostUserCount);
        return (from index in Enumerable.Range(0, options.HostUserCount)
                let user = options.FirstHostUserId + (start + index) % options.HostUserCount
                select (user, taken.GetValueOrDefault(user))).MinBy(choice => choice.Item2);
    }
}
