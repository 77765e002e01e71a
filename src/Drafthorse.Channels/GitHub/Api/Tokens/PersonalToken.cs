using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Channels.GitHub.Api.Tokens;

/// <summary>One token for everything, as whoever it belongs to.</summary>
internal sealed class PersonalToken(GitHubTransport transport, string token) : GitHubTokens
{
    private Account? _self;

    public override ValueTask<string> GetApiTokenAsync(string owner, string name, CancellationToken cancellationToken) => new(token);

    public override ValueTask<string> GetGitTokenAsync(RepositoryRef repository, GitAccess access, CancellationToken cancellationToken) => new(token);

    public override async ValueTask<Account> GetSelfAsync(CancellationToken cancellationToken) =>
        _self ??= await transport.SendAsync(new(HttpMethod.Get, transport.At("user"), token), ApiJson.Default.Account, cancellationToken).ConfigureAwait(false);
}
