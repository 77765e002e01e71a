using System.Collections.Concurrent;
using System.Net;
using Drafthorse.Channels.GitHub.Api;
using Drafthorse.Harness.Channels;

namespace Drafthorse.Channels.GitHub.Commenting;

/// <summary>
/// Comments that are there once, however often writing them was tried: found by their marker among our own, edited when they are there,
/// and doubles (of a create whose answer was lost) removed.
/// </summary>
internal sealed class Comments(GitHubApi api)
{
    private const int MostRemembered = 10_000;
    private static readonly TimeSpan AfterTime = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, long> _known = [];

    /// <summary>Writes a comment that is edited from then on. Returns its page.</summary>
    /// <param name="settle">Look for doubles even when the comment is known.</param>
    public async Task<string> PutAsync(GitHubEffect effect, int number, string marker, string text, bool settle, CancellationToken cancellationToken)
    {
        var body = $"{marker}\n{text}";
        if (!settle && !effect.MayBeDone && _known.TryGetValue(marker, out var known)
            && await TryEditAsync(effect, known, body, cancellationToken).ConfigureAwait(false) is { } edited)
        {
            return edited.HtmlUrl;
        }

        var first = await FindOnlyAsync(effect, number, marker, cancellationToken).ConfigureAwait(false);
        if (first is not null && await TryEditAsync(effect, first.Id, body, cancellationToken).ConfigureAwait(false) is { } again)
            return Remember(marker, again).HtmlUrl;

        return Remember(marker, await CreateAsync(effect, number, marker, body, cancellationToken).ConfigureAwait(false)).HtmlUrl;
    }

    /// <summary>Writes a comment that is never edited: it notifies people. Returns its page.</summary>
    public async Task<string> PostOnceAsync(GitHubEffect effect, int number, string marker, string text, CancellationToken cancellationToken)
    {
        if (effect.MayBeDone && await FindOnlyAsync(effect, number, marker, cancellationToken).ConfigureAwait(false) is { } there)
            return there.HtmlUrl;

        return (await CreateAsync(effect, number, marker, $"{marker}\n{text}", cancellationToken).ConfigureAwait(false)).HtmlUrl;
    }

    /// <summary>
    /// Creates a comment. Between the last look at the lease and the request a process may be frozen for long, and the code host takes no
    /// condition with a new comment: where another dispatcher may have written the same, whoever comes later removes what is there twice.
    /// </summary>
    private async Task<IssueComment> CreateAsync(GitHubEffect effect, int number, string marker, string body, CancellationToken cancellationToken)
    {
        await effect.EnsureHeldAsync(cancellationToken).ConfigureAwait(false);
        using var after = new CancellationTokenSource(AfterTime);
        IssueComment created;
        try
        {
            created = await api.CreateCommentAsync(effect.Repo, number, body, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or EffectException)
        {
            // It may be there all the same. Who holds the lease finds it on the next attempt.
            if (!await effect.IsHeldAsync(after.Token).ConfigureAwait(false))
                await RemoveDoublesAsync(effect, number, marker, after.Token).ConfigureAwait(false);
            throw;
        }

        if (!effect.MayBeDone && await effect.IsHeldAsync(after.Token).ConfigureAwait(false))
            return created;
        return await RemoveDoublesAsync(effect, number, marker, after.Token).ConfigureAwait(false) ?? created;
    }

    /// <summary>The oldest of our comments with the marker, after removing the others, which only who holds the lease may.</summary>
    private Task<IssueComment?> FindOnlyAsync(GitHubEffect effect, int number, string marker, CancellationToken cancellationToken) =>
        FindOldestAsync(effect, number, marker, effect.EnsureHeldAsync, cancellationToken);

    /// <summary>The same, whoever holds the lease: the oldest stays, so that two who do this at once leave the same one.</summary>
    private Task<IssueComment?> RemoveDoublesAsync(GitHubEffect effect, int number, string marker, CancellationToken cancellationToken) =>
        FindOldestAsync(effect, number, marker, _ => Task.CompletedTask, cancellationToken);

    private async Task<IssueComment?> FindOldestAsync(
        GitHubEffect effect, int number, string marker, Func<CancellationToken, Task> beforeRemoval, CancellationToken cancellationToken)
    {
        var self = await api.Tokens.GetSelfAsync(cancellationToken).ConfigureAwait(false);
        var all = await api.ListCommentsAsync(effect.Repo, number, effect.Thread.CreatedAt.AddHours(-1), cancellationToken).ConfigureAwait(false);
        var ours = all
            .Where(comment => comment.Body?.StartsWith(marker, StringComparison.Ordinal) is true && Accounts.AreSame(comment.User, self))
            .OrderBy(comment => comment.Id)
            .ToList();
        foreach (var doubled in ours.Skip(1))
        {
            await beforeRemoval(cancellationToken).ConfigureAwait(false);
            try
            {
                await api.DeleteCommentAsync(effect.Repo, doubled.Id, cancellationToken).ConfigureAwait(false);
            }
            catch (GitHubApiException exception) when (exception.Status is HttpStatusCode.NotFound)
            {
                // Somebody else was faster.
            }
        }

        return ours.FirstOrDefault();
    }

    private async Task<IssueComment?> TryEditAsync(GitHubEffect effect, long id, string body, CancellationToken cancellationToken)
    {
        await effect.EnsureHeldAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await api.EditCommentAsync(effect.Repo, id, body, cancellationToken).ConfigureAwait(false);
        }
        catch (GitHubApiException exception) when (exception.Status is HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    private IssueComment Remember(string marker, IssueComment comment)
    {
        if (_known.Count >= MostRemembered)
            _known.Clear();
        _known[marker] = comment.Id;
        return comment;
    }
}
