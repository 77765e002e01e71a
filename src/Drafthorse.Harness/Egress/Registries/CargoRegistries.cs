using System.Text.Json;

namespace Drafthorse.Harness.Egress.Registries;

internal static class CargoRegistries
{
    private const int HashLength = 16;

    public static Task<IReadOnlyList<PackageRegistry>> FindAsync(ToolMachine machine, CancellationToken cancellationToken)
    {
        var home = machine.Variable("CARGO_HOME") ?? machine.InHome(".cargo");
        var entries = new[] { "config.toml", "config" }.SelectMany(name => IniFile.Read(Path.Combine(home, name))).ToList();
        var secret = new[] { "credentials.toml", "credentials" }.SelectMany(name => IniFile.Read(Path.Combine(home, name))).Select(e => e.Section).ToHashSet();

        var found = entries.Where(e => e is { Key: "registry" } && e.Section.StartsWith("source.", StringComparison.Ordinal) || e is { Key: "index" } && e.Section.StartsWith("registries.", StringComparison.Ordinal))
            .Select(e => PackageRegistry.Parse("cargo", WithoutKind(e.Value), hasCredentials: secret.Contains(e.Section))).ToList();
        if (!entries.Any(e => e.Key == "replace-with"))
            found.AddRange(Used(Path.Combine(home, "registry/index")));
        return Task.FromResult<IReadOnlyList<PackageRegistry>>([.. found.OfType<PackageRegistry>().Distinct()]);
    }

    /// <summary>Cargo cannot be asked for its default, but keeps each index it has used in a directory named <c>HOST-HASH</c>, with the
    /// place of the files in it.</summary>
    private static IEnumerable<PackageRegistry?> Used(string indexes)
    {
        if (!Directory.Exists(indexes))
            yield break;
        foreach (var directory in Directory.EnumerateDirectories(indexes))
        {
            var name = Path.GetFileName(directory);
            if (name.Length > HashLength + 1 && name[^(HashLength + 1)] == '-' && HostName.TryParse(name[..^(HashLength + 1)], out var host) && host.Address is null)
                yield return PackageRegistry.Parse("cargo", $"https://{host}/", RegistryOrigin.ToolDefault);

            var configuration = ToolMachine.Read(Path.Combine(directory, "config.json"));
            if (configuration.Length == 0)
                continue;
            using var json = JsonDocument.Parse(configuration);
            if (json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("dl", out var files))
                yield return PackageRegistry.Parse("cargo", files.ToString().Split('{')[0], RegistryOrigin.NamedByRegistry);
        }
    }

    private static string WithoutKind(string index) => index.Contains('+', StringComparison.Ordinal) ? index[(index.IndexOf('+', StringComparison.Ordinal) + 1)..] : index;
}
