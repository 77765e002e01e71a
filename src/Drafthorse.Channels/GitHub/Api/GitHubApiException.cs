using System.Net;

namespace Drafthorse.Channels.GitHub.Api;

/// <summary>GitHub refused a call for good: the same call will be refused again.</summary>
internal sealed class GitHubApiException(HttpStatusCode status, string message) : Exception(message)
{
    public HttpStatusCode Status { get; } = status;
}
