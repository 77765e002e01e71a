using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Sandboxes;

/// <summary>
/// A kind of sandbox. A backend only starts, attaches one duplex byte stream to <c>sandboxd</c>, pauses and removes; all else
/// is the same code over that stream. Every member throws <see cref="SandboxException"/> when it cannot do its part.
/// </summary>
public interface ISandboxBackend : IAsyncDisposable
{
    /// <summary>The kind's name: <c>local</c>, <c>bubblewrap</c>, <c>docker</c>.</summary>
    string Kind { get; }

    /// <summary>Whether what runs inside is kept from the host's files, processes and network.</summary>
    bool IsIsolated { get; }

    /// <summary>Whether sandboxes can be started now, and if not, what to do about it. Starts nothing that stays.</summary>
    Task<SandboxAvailability> CheckAsync(CancellationToken cancellationToken);

    /// <summary>Starts a fresh sandbox with <c>sandboxd</c> as its first process.</summary>
    Task<SandboxRecord> StartAsync(SandboxStart start, CancellationToken cancellationToken);

    /// <summary>Opens the byte stream to a sandbox's <c>sandboxd</c>; a paused or stopped sandbox is brought back first.</summary>
    Task<Stream> AttachAsync(SandboxRecord sandbox, CancellationToken cancellationToken);

    /// <summary>What has become of a sandbox. Gone and unreachable are different: only a gone one may be replaced.</summary>
    Task<SandboxStatus> InspectAsync(SandboxRecord sandbox, CancellationToken cancellationToken);

    /// <summary>Freezes a running sandbox; its processes keep their memory. Where the machine has no means to freeze, it runs on.</summary>
    Task PauseAsync(SandboxRecord sandbox, CancellationToken cancellationToken);

    /// <summary>Ends all processes of a sandbox, so that it holds no memory. Its files stay, but for those in memory (<c>/tmp</c>); attaching
    /// starts it again. Where tools act on the machine itself, the commands end and it can be used on.</summary>
    Task StopAsync(SandboxRecord sandbox, CancellationToken cancellationToken);

    /// <summary>What a sandbox that runs or is paused takes of the machine. Seen from outside, so that what runs inside has no say.</summary>
    Task<SandboxUse> MeasureAsync(SandboxRecord sandbox, CancellationToken cancellationToken);

    /// <summary>Ends a sandbox and removes all it holds. One that is gone is no error.</summary>
    Task RemoveAsync(SandboxRecord sandbox, CancellationToken cancellationToken);

    /// <summary>The sandboxes of this deployment that exist here, whoever started them.</summary>
    Task<IReadOnlyList<SandboxListing>> ListAsync(CancellationToken cancellationToken);
}
