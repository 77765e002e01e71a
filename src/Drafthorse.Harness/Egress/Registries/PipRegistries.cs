using System.Text.RegularExpressions;

namespace Drafthorse.Harness.Egress.Registries;

internal static partial class PipRegistries
{
    public static async Task<IReadOnlyList<PackageRegistry>> FindAsync(ToolMachine machine, CancellationToken cancellationToken)
    {
        var configuration = machine.Variable("XDG_CONFIG_HOME") ?? machine.InHome(".config");
        var entries = new[] { machine.Variable("PIP_CONFIG_FILE"), Path.Combine(configuration, "pip/pip.conf"), machine.InHome(".pip/pip.conf"), machine.InRoot("etc/pip.conf") }
            .OfType<string>().SelectMany(IniFile.Read).Select(e => (Key: e.Key.Replace('_', '-'), e.Value)).ToList();
        var index = machine.Variable("PIP_INDEX_URL") ?? entries.FirstOrDefault(e => e.Key == "index-url").Value;
        var extra = machine.Variable("PIP_EXTRA_INDEX_URL") is { } variable ? [variable] : entries.Where(e => e.Key == "extra-index-url").Select(e => e.Value);

        var found = extra.SelectMany(e => e.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Select(e => Parse(e, RegistryOrigin.Configured)).ToList();
        if (index is not null)
            found.Insert(0, Parse(index, RegistryOrigin.Configured));
        else
            found.Insert(0, Parse(await AskAsync(machine, cancellationToken).ConfigureAwait(false), RegistryOrigin.ToolDefault));

        var registries = found.OfType<PackageRegistry>().ToList();
        foreach (var registry in registries.ToList())
            registries.AddRange(await FindFilesAsync(machine, registry, cancellationToken).ConfigureAwait(false));
        return registries;

        PackageRegistry? Parse(string? text, RegistryOrigin origin)
        {
            var registry = PackageRegistry.Parse("pip", text, origin);
            return registry is not null && machine.IsInNetrc(registry.Address.Host) ? registry with { HasCredentials = true } : registry;
        }
    }

    /// <summary>pip tells its default only in the help of its commands.</summary>
    private static async Task<string?> AskAsync(ToolMachine machine, CancellationToken cancellationToken)
    {
        var help = await machine.RunAsync("pip3", ["download", "--help"], cancellationToken).ConfigureAwait(false)
            ?? await machine.RunAsync("python3", ["-m", "pip", "download", "--help"], cancellationToken).ConfigureAwait(false);
        return help is null ? null : DefaultInHelp.Match(help).Groups["url"].Value;
    }

    /// <summary>The hosts that the links of a project's page lead to (PEP 503); every index has pip itself.</summary>
    private static async Task<IEnumerable<PackageRegistry>> FindFilesAsync(ToolMachine machine, PackageRegistry registry, CancellationToken cancellationToken)
    {
        if (registry.HasCredentials)
            return [];
        var page = new Uri(registry.Address.AbsoluteUri.TrimEnd('/') + "/pip/");
        var html = await machine.FetchAsync(page, cancellationToken).ConfigureAwait(false) ?? "";
        return Links.Matches(html).Select(link => link.Groups["url"].Value)
            .Select(link => Uri.TryCreate(page, link, out var target) ? PackageRegistry.Parse("pip", target.GetLeftPart(UriPartial.Authority), RegistryOrigin.NamedByRegistry) : null)
            .OfType<PackageRegistry>().Where(r => r.Address.Authority != registry.Address.Authority).Distinct().Take(8).ToList();
    }

    [GeneratedRegex("""\(default:?\s+(?<url>https?://[^\s)]+)\)""", RegexOptions.None, 1000)]
    private static partial Regex DefaultInHelp { get; }

    [GeneratedRegex("""<a\s[^>]*?href="(?<url>[^"#]+)""", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Links { get; }
}
