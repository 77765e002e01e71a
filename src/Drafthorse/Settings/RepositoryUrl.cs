using System.Diagnostics.CodeAnalysis;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Settings;

/// <summary>A repository as people name it: the http(s) URL of its git remote.</summary>
internal static class RepositoryUrl
{
    public static bool TryParse(string text, [NotNullWhen(true)] out RepositoryRef? repository)
    {
        repository = null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0)
            return false;
        var parts = url.AbsolutePath.Trim('/').Split('/');
        if (parts.Length < 2 || parts.Any(part => part.Length == 0))
            return false;
        var name = parts[^1].EndsWith(".git", StringComparison.Ordinal) ? parts[^1][..^4] : parts[^1];
        repository = new RepositoryRef(url.Host.ToLowerInvariant(), string.Join('/', parts[..^1]).ToLowerInvariant(), name.ToLowerInvariant(), text);
        return true;
    }
}
