using System.Collections.Concurrent;
using System.Security.Cryptography;
using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Channels.GitHub.Api.Tokens;

/// <summary>
/// Acts as a GitHub App: a short-lived JWT signed with the App's key buys an installation token per repository and purpose, with no
/// more permissions than the purpose needs. Tokens live an hour and are bought anew five minutes before they end.
/// </summary>
internal sealed class AppTokens : GitHubTokens, IDisposable
{
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);
    private static readonly Dictionary<string, string> ForApi = new()
    {
        ["contents"] = "read", ["issues"] = "write", ["metadata"] = "read", ["pull_requests"] = "write",
    };

    private static readonly Dictionary<string, string> ForFetch = new() { ["contents"] = "read", ["metadata"] = "read" };
    private static readonly Dictionary<string, string> ForPush = new() { ["contents"] = "write", ["metadata"] = "read" };

    private readonly GitHubTransport _transport;
    private readonly TimeProvider _time;
    private readonly long _appId;
    private readonly RSA _key = RSA.Create();
    private readonly ConcurrentDictionary<string, SharedToken> _tokens = [];
    private Account? _self;

    public AppTokens(GitHubTransport transport, long appId, string privateKey, TimeProvider time)
    {
        (_transport, _appId, _time) = (transport, appId, time);
        try
        {
            _key.ImportFromPem(privateKey);
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            throw new FormatException("GITHUB_APP_PRIVATE_KEY does not hold an RSA private key in PEM.", exception);
        }
    }

    public override ValueTask<string> GetApiTokenAsync(string owner, string name, CancellationToken cancellationToken) =>
        GetAsync(owner, name, "api", ForApi, cancellationToken);

    public override ValueTask<string> GetGitTokenAsync(RepositoryRef repository, GitAccess access, CancellationToken cancellationToken) => access is GitAccess.Write
        ? GetAsync(repository.Owner, repository.Name, "push", ForPush, cancellationToken)
        : GetAsync(repository.Owner, repository.Name, "fetch", ForFetch, cancellationToken);

    public override async ValueTask<Account> GetSelfAsync(CancellationToken cancellationToken)
    {
        if (_self is { } known)
            return known;
        var app = await _transport.SendAsync(Request("app"), ApiJson.Default.AppInfo, cancellationToken).ConfigureAwait(false);
        return _self = new Account { Login = $"{app.Slug}[bot]", Type = "Bot" };
    }

    /// <summary>A token was refused: do not use it again.</summary>
    public void Forget(string token)
    {
        foreach (var shared in _tokens.Values)
            shared.Forget(token);
    }

    /// <summary>The JWT that speaks for the App itself.</summary>
    public string CreateJwt() => AppJwt.Create(_appId, _key, _time.GetUtcNow());

    public void Dispose() => _key.Dispose();

    private ValueTask<string> GetAsync(
        string owner, string name, string purpose, Dictionary<string, string> permissions, CancellationToken cancellationToken) =>
        _tokens
            .GetOrAdd($"{purpose}:{owner}/{name}".ToLowerInvariant(), _ => new SharedToken(_time, Margin))
            .GetAsync(cancel => BuyAsync(owner, name, permissions, cancel), cancellationToken);

    private async Task<InstallationToken> BuyAsync(string owner, string name, Dictionary<string, string> permissions, CancellationToken cancellationToken)
    {
        var path = $"repos/{Uri.EscapeDataString(owner)}/{Uri.EscapeDataString(name)}/installation";
        var installation = await _transport.SendAsync(Request(path), ApiJson.Default.Installation, cancellationToken).ConfigureAwait(false);
        var request = Request($"app/installations/{installation.Id}/access_tokens", HttpMethod.Post)
            .With(new InstallationTokenRequest { Repositories = [name], Permissions = permissions }, ApiJson.Default.InstallationTokenRequest);
        return await _transport.SendAsync(request, ApiJson.Default.InstallationToken, cancellationToken).ConfigureAwait(false);
    }

    private GitHubRequest Request(string path, HttpMethod? method = null) => new(method ?? HttpMethod.Get, _transport.At(path), CreateJwt());
}
