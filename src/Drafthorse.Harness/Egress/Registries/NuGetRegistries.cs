using System.Text.Json;
using System.Xml;
using System.Xml.Linq;

namespace Drafthorse.Harness.Egress.Registries;

internal static class NuGetRegistries
{
    public static async Task<IReadOnlyList<PackageRegistry>> FindAsync(ToolMachine machine, CancellationToken cancellationToken)
    {
        var machineWide = machine.InRoot("etc/opt/NuGet/Config");
        string[] files =
        [
            machine.InHome(".nuget/NuGet/NuGet.Config"), machine.InHome(".config/NuGet/NuGet.Config"),
            .. Directory.Exists(machineWide) ? Directory.EnumerateFiles(machineWide, "*.config", SearchOption.AllDirectories) : [],
        ];
        var documents = files.Select(ToolMachine.Read).Where(text => text.Length > 0).Select(Parse).ToList();
        var registries = documents.SelectMany(Sources).ToList();
        if (registries.Count == 0)
        {
            var list = await machine.RunAsync("dotnet", ["nuget", "list", "source", "--format", "short"], cancellationToken).ConfigureAwait(false) ?? "";
            registries.AddRange(list.Split('\n', StringSplitOptions.TrimEntries).Where(line => line.StartsWith('E'))
                .Select(line => PackageRegistry.Parse("nuget", line.Split(' ')[^1], RegistryOrigin.ToolDefault)).OfType<PackageRegistry>());
        }

        foreach (var registry in registries.ToList())
            registries.AddRange(await FindFilesAsync(machine, registry, cancellationToken).ConfigureAwait(false));
        return registries;
    }

    private static XDocument Parse(string text)
    {
        using var reader = XmlReader.Create(new StringReader(text.TrimStart('\uFEFF')), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
        return XDocument.Load(reader);
    }

    private static IEnumerable<PackageRegistry> Sources(XDocument document)
    {
        var root = document.Root!;
        var disabled = Entries(root, "disabledPackageSources").Where(e => e.Value == "true").Select(e => e.Key).ToHashSet();
        var secret = root.Elements("packageSourceCredentials").Elements().Select(e => XmlConvert.DecodeName(e.Name.LocalName)).ToHashSet();
        return Entries(root, "packageSources").Where(e => !disabled.Contains(e.Key))
            .Select(e => PackageRegistry.Parse("nuget", e.Value, hasCredentials: secret.Contains(e.Key))).OfType<PackageRegistry>();
    }

    private static IEnumerable<(string Key, string? Value)> Entries(XElement root, string section) =>
        root.Elements(section).Elements("add").Select(e => (e.Attribute("key")?.Value ?? "", e.Attribute("value")?.Value));

    /// <summary>The hosts that a feed's service index names for its packages.</summary>
    private static async Task<IEnumerable<PackageRegistry>> FindFilesAsync(ToolMachine machine, PackageRegistry registry, CancellationToken cancellationToken)
    {
        if (registry.HasCredentials || await machine.FetchAsync(registry.Address, cancellationToken).ConfigureAwait(false) is not { } text || !text.TrimStart().StartsWith('{'))
            return [];
        using var index = JsonDocument.Parse(text);
        if (!index.RootElement.TryGetProperty("resources", out var resources) || resources.ValueKind != JsonValueKind.Array)
            return [];
        return resources.EnumerateArray().Where(r => r.ValueKind == JsonValueKind.Object && IsForPackages(r))
            .Select(r => r.TryGetProperty("@id", out var id) && Uri.TryCreate(id.ToString(), UriKind.Absolute, out var uri)
                ? PackageRegistry.Parse("nuget", uri.GetLeftPart(UriPartial.Authority), RegistryOrigin.NamedByRegistry) : null)
            .OfType<PackageRegistry>().Where(r => r.Address.Authority != registry.Address.Authority).Distinct().Take(8).ToList();
    }

    private static bool IsForPackages(JsonElement resource) =>
        resource.TryGetProperty("@type", out var type) && type.ToString() is var name
        && (name.StartsWith("PackageBaseAddress", StringComparison.Ordinal) || name.StartsWith("RegistrationsBaseUrl", StringComparison.Ordinal));
}
