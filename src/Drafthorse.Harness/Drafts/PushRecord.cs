using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Drafts;

/// <summary>Journals a push, once: the gateway tells of it when it makes it, and a run's end when it finds one done whose owner was lost right then.</summary>
internal static class PushRecord
{
    /// <summary>Commits the push and what it says of the branch; nothing when it is known already.</summary>
    public static Task CommitAsync(RunContext run, RepositoryWork work, string commit, string? personsCommit, CancellationToken cancellationToken) =>
        commit == run.Facts.PushedCommit
            ? Task.CompletedTask
            : run.CommitAsync(
                new RunCommit
                {
                    Events = [new BranchPushed { Repository = work.Repository.FullName, Branch = work.Branch, Commit = commit }],
                    ChangeFacts = facts => facts with { PushedCommit = commit, PersonsCommit = personsCommit },
                },
                cancellationToken);
}
