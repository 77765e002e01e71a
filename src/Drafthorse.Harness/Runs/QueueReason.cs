using System.Globalization;
using Drafthorse.Harness.Text;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Runs;

/// <summary>What a queued thread waits for, in words for people.</summary>
public static class QueueReason
{
    /// <summary>The reason, or null when the thread is not queued.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="running">What runs now.</param>
    /// <param name="limits">The limits that its workers go by.</param>
    /// <param name="now">The time.</param>
    public static string? Of(ThreadRecord thread, RunningThreads running, RunLimits limits, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(thread);
        ArgumentNullException.ThrowIfNull(running);
        ArgumentNullException.ThrowIfNull(limits);
        if (thread.State != ThreadStatus.Queued)
        {
            return null;
        }

        var (user, repository) = (thread.Origin.User, thread.Origin.Repository?.FullName.ToLowerInvariant() ?? "");
        return thread.Origin.Channel == "cli" ? "a terminal that takes it"
            : thread.ReadyAt > now ? string.Create(CultureInfo.InvariantCulture, $"its time, {thread.ReadyAt.Value.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC")
            : running.OfUser(user) >= limits.PerUser ? $"another run of {PersonNames.Of(user)} to end: a user has {limits.PerUser} at a time at most"
            : repository.Length > 0 && running.OfRepository(repository) >= limits.PerRepository
                ? $"another run on {repository} to end: a repository has {limits.PerRepository} at a time at most"
            : running.Total >= limits.PerOrganization ? $"another run to end: there are {limits.PerOrganization} at a time at most"
            : "a free worker";
    }
}
