namespace Drafthorse.Harness.Egress.Registries;

internal static class AptRegistries
{
    public static Task<IReadOnlyList<PackageRegistry>> FindAsync(ToolMachine machine, CancellationToken cancellationToken)
    {
        var parts = machine.InRoot("etc/apt/sources.list.d");
        string[] files = [machine.InRoot("etc/apt/sources.list"), .. Directory.Exists(parts) ? Directory.EnumerateFiles(parts) : []];
        var secret = ToolMachine.Read(machine.InRoot("etc/apt/auth.conf")).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var addresses = files.Where(f => f.EndsWith(".list", StringComparison.Ordinal)).SelectMany(ToolMachine.ReadLines).SelectMany(Words)
            .Concat(files.Where(f => f.EndsWith(".sources", StringComparison.Ordinal)).SelectMany(ToolMachine.ReadLines)
                .Where(line => line.StartsWith("URIs:", StringComparison.OrdinalIgnoreCase)).SelectMany(line => line[5..].Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        return Task.FromResult<IReadOnlyList<PackageRegistry>>(
        [
            .. addresses.Select(a => PackageRegistry.Parse("apt", a)).OfType<PackageRegistry>()
                .Select(r => secret.Contains(r.Address.Host) ? r with { HasCredentials = true } : r).Distinct(),
        ]);
    }

    private static IEnumerable<string> Words(string line) =>
        line.StartsWith("deb ", StringComparison.Ordinal) || line.StartsWith("deb-src ", StringComparison.Ordinal)
            ? line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            : [];
}
