namespace Drafthorse.Harness.Egress.Registries;

internal static class GoRegistries
{
    private static readonly char[] Separators = [',', '|'];

    public static async Task<IReadOnlyList<PackageRegistry>> FindAsync(ToolMachine machine, CancellationToken cancellationToken)
    {
        // Go reads its environment, the user's file and its own defaults, in this order, and tells the outcome.
        var asked = (await machine.RunAsync("go", ["env", "GOPROXY", "GOSUMDB"], cancellationToken).ConfigureAwait(false) ?? "").Split('\n', StringSplitOptions.TrimEntries);
        var set = IniFile.Read(Path.Combine(machine.Variable("XDG_CONFIG_HOME") ?? machine.InHome(".config"), "go/env")).ToLookup(e => e.Key, e => e.Value);
        var proxySet = machine.Variable("GOPROXY") ?? set["GOPROXY"].FirstOrDefault();
        var proxies = (proxySet ?? asked[0]).Split(Separators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var sums = machine.Variable("GOSUMDB") ?? set["GOSUMDB"].FirstOrDefault() ?? asked.ElementAtOrDefault(1) ?? "";

        var origin = proxySet is null ? RegistryOrigin.ToolDefault : RegistryOrigin.Configured;
        var found = proxies.Select(proxy => PackageRegistry.Parse("go", proxy, origin)).OfType<PackageRegistry>().ToList();
        if (found.Count > 0 && Sums(sums) is { } database)
            found.Add(database);
        return [.. found.Select(r => machine.IsInNetrc(r.Address.Host) ? r with { HasCredentials = true } : r)];
    }

    /// <summary><c>NAME[+KEY] [URL]</c>; without a URL the name is the host.</summary>
    private static PackageRegistry? Sums(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries) switch
        {
            [_, var url] => PackageRegistry.Parse("go", url),
            [var name] when name != "off" => PackageRegistry.Parse("go", $"https://{name.Split('+')[0]}/", RegistryOrigin.ToolDefault),
            _ => null,
        };
}
