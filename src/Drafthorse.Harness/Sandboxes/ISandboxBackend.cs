using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Sandboxes;

/// <summary>
/// A kind of sandbox. A backend only starts, attaches one duplex byte stream to <c>sandboxd</c>, pauses and stops; all else
/// is the same code over that stream.
/// </summary>
public interface ISandboxBackend : IAsyncDisposable
{
    /// <summary>The kind's name: <c>local</c>, <c>bubblewrap</c>, <c>docker</c>.</summary>
    string Kind { get; }

    /// <summary>Whether what runs inside is kept from the host's files, processes and network.</summary>
    bool IsIsolated { get; }

    /// <summary>Starts a fresh sandbox with <c>sandboxd</c> as its first process. Throws <see cref="SandboxException"/>.</summary>
    Task<SandboxRecord> StartAsync(SandboxStart start, CancellationToken cancellationToken);

    /// <summary>Opens the byte stream to a sandbox's <c>sandboxd</c>; a paused or stopped sandbox is brought back first.
    /// Throws <see cref="SandboxException"/>.</summary>
    Task<Stream> AttachAsync(SandboxRecord sandbox, CancellationToken cancellationToken);

    /// <summary>What has become of a sandbox. Gone and unreachable are different: only a gone one may be replaced.</summary>
    Task<SandboxStatus> InspectAsync(SandboxRecord sandbox, CancellationToken cancellationToken);

    /// <summary>Freezes a running sandbox; its processes keep their memory.</summary>
    Task PauseAsync(SandboxRecord sandbox, CancellationToken cancellationToken);

    /// <summary>Ends a sandbox and removes all it holds. One that is gone is no error.</summary>
    Task RemoveAsync(SandboxRecord sandbox, CancellationToken cancellationToken);
}

/// <summary>What a fresh sandbox is to be.</summary>
public sealed record SandboxStart
{
    /// <summary>A unique name: letters, digits and hyphens.</summary>
    public required string Name { get; init; }

    /// <summary>Environment of everything that runs inside. Never a secret.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}

/// <summary>What has become of a sandbox.</summary>
public enum SandboxStatus
{
    /// <summary>It runs.</summary>
    Running,

    /// <summary>It is frozen; attaching thaws it.</summary>
    Paused,

    /// <summary>It exists and does not run; attaching starts it.</summary>
    Stopped,

    /// <summary>It does not exist any more.</summary>
    Gone,

    /// <summary>Nobody can tell: its engine or machine does not answer.</summary>
    Unreachable,
}

/// <summary>A sandbox could not do its part. The message names the cause and the cure.</summary>
public sealed class SandboxException(string message, Exception? innerException = null) : Exception(message, innerException);
