using Drafthorse.Channels.GitHub.Api;
using Drafthorse.Harness.Channels;
using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Channels.GitHub.Outbound;

/// <summary>Who commits are by: the App's bot, with the address by which GitHub shows its picture and name.</summary>
internal sealed class CommitAuthor(GitHubApi api, GitHubOptions options)
{
    private GitAuthor? _bot;

    /// <summary>The App's bot for repositories on this code host; else the author that there is without anybody's settings. Not knowing it holds no
    /// work up: it is asked for again the next time.</summary>
    public async ValueTask<GitAuthor> FindAsync(RepositoryRef repository, CancellationToken cancellationToken)
    {
        if (options.AppId is null || repository.Host != options.Host)
            return GitAuthor.Default;
        if (_bot is { } known)
            return known;
        try
        {
            var self = await api.Tokens.GetSelfAsync(cancellationToken).ConfigureAwait(false);
            if (await api.FindAccountAsync(Repo.Of(repository), self.Login, cancellationToken).ConfigureAwait(false) is { Id: > 0 } account)
                return _bot = new GitAuthor(self.Login, $"{account.Id}+{self.Login}@users.noreply.{options.Host}");
            return new GitAuthor(self.Login, $"{self.Login}@users.noreply.{options.Host}");
        }
        catch (Exception exception) when (exception is GitHubApiException or EffectException)
        {
            return GitAuthor.Default;
        }
    }
}
