using Drafthorse.Harness.Threads;
using Drafthorse.Server;
using Drafthorse.Server.Approvals;

namespace Drafthorse.Cli.Threads;

/// <summary>Where <c>drafthorse threads</c> looks: this machine's store, or a server.</summary>
internal abstract class ThreadSource : IAsyncDisposable
{
    public abstract Task<IReadOnlyList<ThreadView>> ListAsync(string? state, CancellationToken cancellationToken);

    /// <summary>Finds a thread by its id, the first digits of it, or (in the local store) its key.</summary>
    public abstract Task<ThreadView> FindAsync(string name, CancellationToken cancellationToken);

    public abstract IAsyncEnumerable<JournalRecord> ReadAsync(string id, CancellationToken cancellationToken);

    /// <summary>The journal's events as lines of JSON, from the beginning and then as it grows.</summary>
    public abstract IAsyncEnumerable<string> FollowAsync(string id, CancellationToken cancellationToken);

    /// <summary>Returns what becomes of the message.</summary>
    public abstract Task<string> SendAsync(string id, string text, DeliveryMode mode, CancellationToken cancellationToken);

    public abstract Task CancelAsync(string id, CancellationToken cancellationToken);

    /// <summary>What people are asked to decide.</summary>
    public abstract Task<IReadOnlyList<ApprovalView>> ListApprovalsAsync(CancellationToken cancellationToken);

    /// <summary>An approval with what is shown. Throws <see cref="Settings.SettingsException"/> when there is none.</summary>
    public abstract Task<ApprovalView> GetApprovalAsync(string id, CancellationToken cancellationToken);

    /// <summary>Answers. Throws <see cref="Settings.SettingsException"/> with why it was not taken. Returns what to do next, or nothing.</summary>
    public abstract Task<string> AnswerAsync(ApprovalView approval, bool approves, string? reason, CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();
}
