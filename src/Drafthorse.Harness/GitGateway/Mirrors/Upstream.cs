using System.Net;
using Drafthorse.Harness.GitGateway.Git;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.GitGateway.Mirrors;

/// <summary>Rules for the address of a code host, and words for what goes wrong there.</summary>
internal static class Upstream
{
    /// <summary>The only transport git may use for this repository: <c>https</c>, <c>http</c> or <c>file</c>.</summary>
    public static string ProtocolOf(RepositoryRef repository)
    {
        if (Path.IsPathFullyQualified(repository.CloneUrl))
            return "file";
        return Uri.TryCreate(repository.CloneUrl, UriKind.Absolute, out var url)
            && url.Scheme is "https" or "http" && url.UserInfo.Length == 0 && url.Fragment.Length == 0
            ? url.Scheme
            : throw new GitException($"The clone URL of {repository.FullName} must be an http(s) URL without credentials or an absolute path.");
    }

    /// <summary>Refuses to send a credential in the clear to another machine.</summary>
    public static void RequireSafe(RepositoryRef repository, GitCredential? credential)
    {
        if (credential is null || ProtocolOf(repository) != "http")
            return;
        var host = new Uri(repository.CloneUrl).Host.Trim('[', ']');
        if (host != "localhost" && !(IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address)))
            throw new GitException($"{repository.FullName} has an http: clone URL: a token is only sent over https. Change the clone URL.");
    }

    /// <summary>Says in words why upstream refused.</summary>
    public static string Explain(RepositoryRef repository, string error)
    {
        var name = repository.FullName;
        if (error.Contains("error: 301", StringComparison.Ordinal) || error.Contains("error: 302", StringComparison.Ordinal)
            || error.Contains("error: 307", StringComparison.Ordinal) || error.Contains("error: 308", StringComparison.Ordinal))
        {
            return $"{name} has moved on its code host: its clone URL answers with a redirect.";
        }

        if (error.Contains("could not read Username", StringComparison.Ordinal) || error.Contains("Authentication failed", StringComparison.Ordinal)
            || error.Contains("error: 401", StringComparison.Ordinal) || error.Contains("error: 403", StringComparison.Ordinal))
        {
            return $"The code host refused the credential for {name}. Check the token or the app's installation and permissions.";
        }

        if (error.Contains("not found", StringComparison.Ordinal) || error.Contains("error: 404", StringComparison.Ordinal))
            return $"{name} was not found on its code host, or the credential may not see it.";
        return $"The code host did not accept the exchange for {name}: {Printable.Lines(error, 600)}";
    }

    /// <summary>The code host's own words about a push that it refused.</summary>
    public static string ExplainPush(GitResult result)
    {
        var said = result.Error.Split('\n').Select(line => line.Trim())
            .Where(line => line.StartsWith("remote:", StringComparison.Ordinal) || line.StartsWith("fatal:", StringComparison.Ordinal));
        var refused = result.Text.Split('\n').Where(line => line.StartsWith('!'));
        return Printable.Line(string.Join("; ", refused.Concat(said)), 600);
    }
}
