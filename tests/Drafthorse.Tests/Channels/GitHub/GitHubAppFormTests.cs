using System.Text.Json;
using Drafthorse.Channels.GitHub;
using Drafthorse.Tests.Docs;

namespace Drafthorse.Tests.Channels.GitHub;

public sealed class GitHubAppFormTests
{
    [Fact]
    public void Link_OfAnOrganization_HasAddressPermissionsAndEvents()
    {
        var link = new Uri(GitHubAppForm.Link(new Uri("https://ghe.example"), "acme", "drafthorse of acme", new Uri("https://drafthorse.example/")));
        var fields = link.Query.TrimStart('?').Split('&').Select(Uri.UnescapeDataString).ToList();

        Assert.Equal("https://ghe.example/organizations/acme/settings/apps/new", link.GetLeftPart(UriPartial.Path));
        Assert.Contains("name=drafthorse of acme", fields);
        Assert.Contains("webhook_url=https://drafthorse.example/webhooks/github", fields);
        Assert.Equal(["contents=write", "issues=write", "metadata=read", "pull_requests=write"], fields.Where(field => field.EndsWith("=write", StringComparison.Ordinal) || field.EndsWith("=read", StringComparison.Ordinal)));
        Assert.Equal(["events[]=issues", "events[]=issue_comment"], fields.Where(field => field.StartsWith("events", StringComparison.Ordinal)));
    }

    [Fact]
    public void Manifest_IsWhatTheLinkSays()
    {
        using var manifest = JsonDocument.Parse(RepositoryFiles.Read("deploy/github/app-manifest.json"));

        Assert.Equal(GitHubAppForm.Permissions, manifest.RootElement.GetProperty("default_permissions").EnumerateObject().ToDictionary(permission => permission.Name, permission => permission.Value.GetString()!));
        Assert.Equal(GitHubAppForm.Events, manifest.RootElement.GetProperty("default_events").EnumerateArray().Select(name => name.GetString()!));
    }
}
