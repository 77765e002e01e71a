using System.Collections.Concurrent;
using System.Net;
using Drafthorse.Channels.GitHub.Api;

namespace Drafthorse.Channels.GitHub.Outbound;

/// <summary>
/// Comments that are there once, however often writing them was tried: found by their marker among our own, edited when they are there,
/// and doubles (of a create whose answer was lost) removed.
/// </summary>
internal sealed class Comments(GitHubApi api)
{
    private const int MostRemembered = 10_000;

    private readonly ConcurrentDictionary<string, long> _known = [];

    /// <summary>Writes a comment that is edited from then on. Returns its page.</summary>
    /// <param name="settle">Look for doubles even when the comment is known.</param>
    public async Task<string> PutAsync(GitHubEffect effect, int number, string marker, string text, bool settle, CancellationToken cancellationToken)
    {
        var body = $"{marker}\n{text}";
        if (!settle && !effect.MayBeDone && _known.TryGetValue(marker, out var known)
            && await TryEditAsync(effect, known, body, cancellationToken).ConfigureAwait(false) is { } edited)
            return edited.HtmlUrl;

        var first = await FindOnlyAsync(effect, number, marker, cancellationToken).ConfigureAwait(false);
        if (first is not null && await TryEditAsync(effect, first.Id, body, cancellationToken).ConfigureAwait(false) is { } again)
            return Remember(marker, again).HtmlUrl;

        await effect.EnsureHeldAsync(cancellationToken).ConfigureAwait(false);
        return Remember(marker, await api.CreateCommentAsync(effect.Repo, number, body, cancellationToken).ConfigureAwait(false)).HtmlUrl;
    }

    /// <summary>Writes a comment that is never edited: it notifies people. Returns its page.</summary>
    public async Task<string> PostOnceAsync(GitHubEffect effect, int number, string marker, string text, CancellationToken cancellationToken)
    {
        if (effect.MayBeDone && await FindOnlyAsync(effect, number, marker, cancellationToken).ConfigureAwait(false) is { } there)
            return there.HtmlUrl;

        await effect.EnsureHeldAsync(cancellationToken).ConfigureAwait(false);
        return (await api.CreateCommentAsync(effect.Repo, number, $"{marker}\n{text}", cancellationToken).ConfigureAwait(false)).HtmlUrl;
    }

    /// <summary>The oldest of our comments with the marker, after removing the others.</summary>
    private async Task<IssueComment?> FindOnlyAsync(GitHubEffect effect, int number, string marker, CancellationToken cancellationToken)
    {
        var self = await api.Tokens.GetSelfAsync(cancellationToken).ConfigureAwait(false);
        var all = await api.ListCommentsAsync(effect.Repo, number, effect.Thread.CreatedAt.AddHours(-1), cancellationToken).ConfigureAwait(false);
        var ours = all
            .Where(comment => comment.Body?.StartsWith(marker, StringComparison.Ordinal) is true && Accounts.AreSame(comment.User, self))
            .OrderBy(comment => comment.Id)
            .ToList();
        foreach (var doubled in ours.Skip(1))
        {
            await effect.EnsureHeldAsync(cancellationToken).ConfigureAwait(false);
            await api.DeleteCommentAsync(effect.Repo, doubled.Id, cancellationToken).ConfigureAwait(false);
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
