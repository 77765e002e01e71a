using System.Globalization;

namespace Drafthorse.Channels.GitHub;

/// <summary>The keys of threads that live on GitHub. Owner and name are written in lower case; another host than the public one
/// stands after <c>github:</c>.</summary>
internal static class GitHubThreadKey
{
    private const string PublicHost = "github.com";

    /// <summary>The thread of an issue, such as <c>github:issue:owner/repo#42</c>.</summary>
    public static string Issue(string host, string owner, string name, int number) => Of(host, "issue", owner, name, number);

    /// <summary>The thread of a pull request that a person opened, such as <c>github:pr:owner/repo#42</c>.</summary>
    public static string PullRequest(string host, string owner, string name, int number) => Of(host, "pr", owner, name, number);

    /// <summary>Where deliveries about one conversation wait until it is known who sent them. Never runs.</summary>
    internal static string Intake(string host, string owner, string name, int number) => Of(host, "intake", owner, name, number);

    /// <summary>Keeps the name under which a repository was first known. Never runs.</summary>
    internal static string Repository(string host, long id) => string.Create(CultureInfo.InvariantCulture, $"github:repository:{host.ToLowerInvariant()}:{id}");

    private static string Of(string host, string kind, string owner, string name, int number)
    {
        var prefix = host.Equals(PublicHost, StringComparison.OrdinalIgnoreCase) ? "" : $"{host}:";
        return string.Create(CultureInfo.InvariantCulture, $"github:{prefix}{kind}:{owner}/{name}#{number}").ToLowerInvariant();
    }
}
