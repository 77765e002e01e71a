using Drafthorse.Harness.GitGateway.Http;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.GitGateway;

/// <summary>The four endpoints of smart HTTP.</summary>
internal enum GatewayEndpoint
{
    UploadPackRefs,
    UploadPack,
    ReceivePackRefs,
    ReceivePack,
}

/// <summary>Finds the endpoint of a request, for one repository and no other.</summary>
internal static class GatewayRoute
{
    /// <summary>The path of a repository at the gateway, such as <c>github.com/owner/name</c>.</summary>
    public static string PathOf(RepositoryRef repository) => $"{repository.Host}/{repository.FullName}";

    /// <summary>Throws <see cref="HttpException"/> for whatever is not one of the four endpoints of this repository.</summary>
    public static GatewayEndpoint Find(HttpRequestHead head, string prefix, RepositoryRef repository)
    {
        if (!head.Path.StartsWith(prefix, StringComparison.Ordinal))
            throw new HttpException(404, "no such address");
        var path = head.Path[prefix.Length..];
        var (endpoint, suffix) = (head.Method, head.Query) switch
        {
            ("GET", "service=git-upload-pack") => (GatewayEndpoint.UploadPackRefs, "/info/refs"),
            ("GET", "service=git-receive-pack") => (GatewayEndpoint.ReceivePackRefs, "/info/refs"),
            ("POST", "") when path.EndsWith("/git-upload-pack", StringComparison.Ordinal) => (GatewayEndpoint.UploadPack, "/git-upload-pack"),
            ("POST", "") when path.EndsWith("/git-receive-pack", StringComparison.Ordinal) => (GatewayEndpoint.ReceivePack, "/git-receive-pack"),
            _ => throw new HttpException(404, "only git's smart HTTP endpoints exist here"),
        };
        if (!path.EndsWith(suffix, StringComparison.Ordinal))
            throw new HttpException(404, "only git's smart HTTP endpoints exist here");
        var name = path[..^suffix.Length];
        if (name.EndsWith(".git", StringComparison.OrdinalIgnoreCase))
            name = name[..^4];
        return name.Equals(PathOf(repository), StringComparison.OrdinalIgnoreCase)
            ? endpoint
            : throw new HttpException(403, $"this thread works on {PathOf(repository)}; no other repository can be reached");
    }
}
