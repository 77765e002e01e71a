namespace Drafthorse.Channels.GitHub;

/// <summary>What the App is: its permissions and events, and the link to GitHub's form for a new App with them filled in.</summary>
internal static class GitHubAppForm
{
    /// <summary>The permissions that work needs, the least of each.</summary>
    public static IReadOnlyDictionary<string, string> Permissions { get; } = new Dictionary<string, string>
    {
        ["contents"] = "write", ["issues"] = "write", ["metadata"] = "read", ["pull_requests"] = "write",
    };

    /// <summary>The events that are acted on.</summary>
    public static IReadOnlyList<string> Events { get; } = ["issues", "issue_comment"];

    /// <summary>The path of the webhook on the server.</summary>
    public const string WebhookPath = "/webhooks/github";

    /// <summary>The link (docs.github.com: "Registering a GitHub App using URL parameters").</summary>
    /// <param name="server">The code host.</param>
    /// <param name="organization">Who owns the App; null = who opens the link.</param>
    /// <param name="name">The App's name.</param>
    /// <param name="address">Where the server is reached.</param>
    public static string Link(Uri server, string? organization, string name, Uri address)
    {
        var root = address.AbsoluteUri.TrimEnd('/');
        var owner = organization is null ? "" : $"organizations/{Uri.EscapeDataString(organization)}/";
        List<string> fields =
        [
            $"name={Uri.EscapeDataString(name)}", $"url={Uri.EscapeDataString(root)}", "public=false", "webhook_active=true",
            $"webhook_url={Uri.EscapeDataString(root + WebhookPath)}",
            .. Permissions.Select(permission => $"{permission.Key}={permission.Value}"),
            .. Events.Select(name => $"events[]={name}"),
        ];
        return $"{server.AbsoluteUri.TrimEnd('/')}/{owner}settings/apps/new?{string.Join('&', fields)}";
    }
}
