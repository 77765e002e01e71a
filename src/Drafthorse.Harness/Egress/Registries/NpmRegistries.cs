namespace Drafthorse.Harness.Egress.Registries;

internal static class NpmRegistries
{
    public static async Task<IReadOnlyList<PackageRegistry>> FindAsync(ToolMachine machine, CancellationToken cancellationToken)
    {
        string[] files =
        [
            machine.Variable("npm_config_userconfig") ?? machine.Variable("NPM_CONFIG_USERCONFIG") ?? machine.InHome(".npmrc"),
            machine.Variable("npm_config_globalconfig") ?? machine.Variable("NPM_CONFIG_GLOBALCONFIG") ?? machine.InRoot("etc/npmrc"),
            machine.InRoot("usr/etc/npmrc"),
            machine.InRoot("usr/local/etc/npmrc"),
        ];
        var entries = files.SelectMany(IniFile.Read).ToList();
        var secret = entries.Where(e => e.Key.StartsWith("//", StringComparison.Ordinal)).Select(e => e.Key[..(e.Key.LastIndexOf('/') + 1)]).ToList();
        var set = machine.Variable("npm_config_registry") ?? machine.Variable("NPM_CONFIG_REGISTRY") ?? entries.FirstOrDefault(e => e.Key == "registry").Value;

        var found = new List<PackageRegistry?>();
        if (set is not null)
            found.Add(Parse(set, RegistryOrigin.Configured));
        else if (await machine.RunAsync("npm", ["config", "get", "registry"], cancellationToken).ConfigureAwait(false) is { } asked)
            found.Add(Parse(asked, RegistryOrigin.ToolDefault));
        found.AddRange(entries.Where(e => e.Key.EndsWith(":registry", StringComparison.Ordinal)).Select(e => Parse(e.Value, RegistryOrigin.Configured)));
        return [.. found.OfType<PackageRegistry>()];

        PackageRegistry? Parse(string text, RegistryOrigin origin)
        {
            var registry = PackageRegistry.Parse("npm", text, origin);
            return registry is not null && secret.Any(s => $"//{registry.Address.Authority}{registry.Address.AbsolutePath}/".StartsWith(s, StringComparison.OrdinalIgnoreCase))
                ? registry with { HasCredentials = true }
                : registry;
        }
    }
}
