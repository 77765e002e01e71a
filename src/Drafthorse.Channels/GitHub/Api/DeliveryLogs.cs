using System.Net;
using Drafthorse.Channels.GitHub.Api.Tokens;

namespace Drafthorse.Channels.GitHub.Api;

/// <summary>Finds the logs that the credentials may read: an App's own, or with a plain token those of repositories' webhooks.</summary>
internal sealed class DeliveryLogs(GitHubTransport transport, AppTokens? app, string? token)
{
    /// <summary>The path of our endpoint, by which a repository's webhook is known to be ours.</summary>
    private const string Endpoint = "/webhooks/github";

    /// <summary>The App's log; null with a plain token.</summary>
    public DeliveryLog? OfApp => app is null ? null : new DeliveryLog(transport, "app/hook", app.CreateJwt);

    /// <summary>The logs of a repository's webhooks to us, or null when the token may not read them (it must be an administrator's).</summary>
    public async Task<IReadOnlyList<DeliveryLog>?> OfRepositoryAsync(Repo repo, CancellationToken cancellationToken)
    {
        var hooks = $"repos/{Uri.EscapeDataString(repo.Owner)}/{Uri.EscapeDataString(repo.Name)}/hooks";
        try
        {
            var found = await transport.SendAsync(
                new GitHubRequest(HttpMethod.Get, transport.At($"{hooks}?per_page=100"), token!), ApiJson.Default.IReadOnlyListHook, cancellationToken).ConfigureAwait(false);
            return [.. found.Where(hook => hook.Config?.Url?.TrimEnd('/').EndsWith(Endpoint, StringComparison.Ordinal) is true)
                .Select(hook => new DeliveryLog(transport, $"{hooks}/{hook.Id}", () => token!))];
        }
        catch (GitHubApiException exception) when (exception.Status is HttpStatusCode.NotFound or HttpStatusCode.Forbidden)
        {
            return null;
        }
    }
}
