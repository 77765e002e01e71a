using Drafthorse.Channels.GitHub;
using Drafthorse.Harness.Egress;

namespace Drafthorse.Settings;

/// <summary>What sandboxes may reach beside the registries that this machine's package tools are set to.</summary>
internal sealed record EgressOptions
{
    /// <summary>More hosts, as <c>host</c>, <c>*.host</c> or <c>host:port</c>.</summary>
    public IReadOnlyList<string> Allow { get; init; } = [];

    /// <summary>Private destinations, as <c>host:port</c> or <c>host:port=address:port</c>.</summary>
    public IReadOnlyList<string> Private { get; init; } = [];

    /// <summary>The proxy through which this server reaches the world, or null.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>A PEM file with more certificate authorities, or null.</summary>
    public string? ExtraCaFile { get; init; }

    /// <summary>The settings of the gate. The code host is reached through the git gateway only.</summary>
    public EgressSettings ToSettings(GitHubOptions? gitHub) => new()
    {
        Allow = Allow,
        Private = [.. Private.Select(entry => entry.Split('=')[0])],
        Addresses = Private.Select(entry => entry.Split('=')).Where(parts => parts.Length == 2).ToDictionary(parts => parts[0], parts => parts[1], StringComparer.OrdinalIgnoreCase),
        GatewayOnly = gitHub is null ? ["github.com", "*.github.com"] : CodeHosts(gitHub),
        UpstreamProxy = Proxy,
    };

    private static IReadOnlyList<string> CodeHosts(GitHubOptions gitHub) =>
        gitHub.ServerUrl.HostNameType == UriHostNameType.Dns ? [gitHub.Host, $"*.{gitHub.Host}", gitHub.ApiUrl.Host] : [gitHub.Host, gitHub.ApiUrl.Host];

    public static EgressOptions Read(SettingsReader reader)
    {
        var file = reader.Text("Drafthorse:Egress:ExtraCaFile");
        if (file is not null && !File.Exists(file))
            throw new SettingsException($"Drafthorse:Egress:ExtraCaFile names '{file}', which does not exist.");
        return new EgressOptions
        {
            Allow = reader.Words("Drafthorse:Egress:Allow"),
            Private = reader.Words("Drafthorse:Egress:Private"),
            Proxy = reader.Text("Drafthorse:Egress:Proxy") is not { } proxy ? null
                : Uri.TryCreate(proxy, UriKind.Absolute, out var url) ? url
                : throw new SettingsException("Drafthorse:Egress:Proxy must be a URL such as http://proxy.example:3128."),
            ExtraCaFile = file,
        };
    }
}
