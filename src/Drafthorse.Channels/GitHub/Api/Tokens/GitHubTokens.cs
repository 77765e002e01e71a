using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Channels.GitHub.Api.Tokens;

/// <summary>Who Drafthorse is on GitHub, and the tokens it acts with.</summary>
internal abstract class GitHubTokens
{
    /// <summary>The token for API calls on a repository.</summary>
    public abstract ValueTask<string> GetApiTokenAsync(string owner, string name, CancellationToken cancellationToken);

    /// <summary>The token for git on a repository: contents only, no workflows.</summary>
    public abstract ValueTask<string> GetGitTokenAsync(RepositoryRef repository, GitAccess access, CancellationToken cancellationToken);

    /// <summary>The account that comments, reactions and pull requests appear under.</summary>
    public abstract ValueTask<Account> GetSelfAsync(CancellationToken cancellationToken);
}
