using Drafthorse.Channels.GitHub.Api;
using Drafthorse.Channels.GitHub.Commenting;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Channels.GitHub.Inbound;

/// <summary>The thread that a conversation on GitHub belongs to: its key, and its row once there is one.</summary>
internal sealed record Conversation(string Key, ThreadRecord? Thread)
{
    public ThreadId Id => ThreadId.FromKey(Key);
}

/// <summary>Finds the thread of a conversation.</summary>
internal sealed class Conversations(GitHubApi api, GitHubOptions options, IThreadStore store)
{
    public async Task<Conversation> FindAsync(GitHubDelivery delivery, CancellationToken cancellationToken)
    {
        var (repository, issue) = (delivery.Repository!, delivery.Issue!);
        if (issue.PullRequest is not null && await FindMakerAsync(repository, issue, cancellationToken).ConfigureAwait(false) is { } maker)
            return new Conversation(maker.Key, maker);

        var (owner, name) = await FirstNameAsync(repository, cancellationToken).ConfigureAwait(false);
        var key = issue.PullRequest is null
            ? GitHubThreadKey.Issue(options.Host, owner, name, issue.Number)
            : GitHubThreadKey.PullRequest(options.Host, owner, name, issue.Number);
        var thread = await store.GetThreadAsync(ThreadId.FromKey(key), cancellationToken).ConfigureAwait(false);
        if (thread?.Origin.Repository?.NumericId is { } known && known != repository.Id)
        {
            // The name was given up and taken by another repository: it does not inherit the conversations.
            key = $"{key}~{repository.Id}";
            thread = await store.GetThreadAsync(ThreadId.FromKey(key), cancellationToken).ConfigureAwait(false);
        }

        return new Conversation(key, thread);
    }

    /// <summary>The name that the repository had when it was first heard of: by it its threads are found, whatever it is called now.</summary>
    private async Task<(string Owner, string Name)> FirstNameAsync(RepositoryPart repository, CancellationToken cancellationToken)
    {
        var key = GitHubThreadKey.Repository(options.Host, repository.Id);
        var known = await store.GetThreadAsync(ThreadId.FromKey(key), cancellationToken).ConfigureAwait(false);
        if (known is null)
        {
            var origin = new ThreadOrigin { Channel = GitHubChannel.ChannelName, User = "github", Repository = GitHubRepositories.Of(options, repository) };
            await store.EnqueueAsync(new EnqueueRequest { ThreadKey = key, Origin = origin, DeliveryId = key, Message = null }, cancellationToken).ConfigureAwait(false);
            known = await store.GetThreadAsync(ThreadId.FromKey(key), cancellationToken).ConfigureAwait(false);
        }

        return known?.Origin.Repository is { } first ? (first.Owner, first.Name) : (repository.Owner!.Login!, repository.Name!);
    }

    /// <summary>
    /// The thread that made this pull request. The marker in the body is only a hint, as people can write one: the pull request must
    /// be by us, and the thread of this repository and without another pull request.
    /// </summary>
    private async Task<ThreadRecord?> FindMakerAsync(RepositoryPart repository, IssuePart issue, CancellationToken cancellationToken)
    {
        if (Markers.FindDraftThread(issue.Body) is not { } id || issue.User is not { Login: { } login } author)
            return null;
        var self = await api.Tokens.GetSelfAsync(cancellationToken).ConfigureAwait(false);
        if (!Accounts.AreSame(new Account { Id = author.Id, Login = login }, self))
            return null;

        var thread = await store.GetThreadAsync(id, cancellationToken).ConfigureAwait(false);
        return thread?.Origin.Repository is { } home
            && (home.NumericId ?? repository.Id) == repository.Id
            && (home.NumericId is not null || home.FullName.Equals($"{repository.Owner!.Login}/{repository.Name}", StringComparison.OrdinalIgnoreCase))
            && (thread.PullRequest is null || thread.PullRequest.Number == issue.Number)
                ? thread
                : null;
    }
}
