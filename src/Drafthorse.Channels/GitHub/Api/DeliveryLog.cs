using System.Runtime.CompilerServices;

namespace Drafthorse.Channels.GitHub.Api;

/// <summary>GitHub's record of what it tried to deliver to one webhook in the last days, and the only way to have it try again.</summary>
internal sealed class DeliveryLog(GitHubTransport transport, string path, Func<string> token)
{
    private const int MaxPages = 100;

    /// <summary>Where it is in the API: also its name.</summary>
    public string Path => path;

    /// <summary>The deliveries, newest first, page by page.</summary>
    public async IAsyncEnumerable<HookDelivery> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var address = transport.At($"{path}/deliveries?per_page=100");
        for (var pages = 0; address is not null && pages < MaxPages; pages++)
        {
            (var page, address) = await transport.SendForPageAsync(
                new GitHubRequest(HttpMethod.Get, address, token()), ApiJson.Default.IReadOnlyListHookDelivery, cancellationToken).ConfigureAwait(false);
            foreach (var delivery in page)
                yield return delivery;
        }
    }

    /// <summary>Asks GitHub to deliver once more, under the same id.</summary>
    public async Task AskAgainAsync(long id, CancellationToken cancellationToken)
    {
        using var response = await transport.SendAsync(
            new GitHubRequest(HttpMethod.Post, transport.At($"{path}/deliveries/{id}/attempts"), token()), cancellationToken).ConfigureAwait(false);
    }
}
