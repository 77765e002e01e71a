namespace Drafthorse.Harness.Egress.Registries;

/// <summary>
/// Finds the registries that this machine's package tools are set to, in their own configuration; where nothing is set the tool is
/// asked. No registry's address is known here.
/// </summary>
internal static class PackageRegistries
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(20);

    private static readonly Func<ToolMachine, CancellationToken, Task<IReadOnlyList<PackageRegistry>>>[] Finders =
    [
        NpmRegistries.FindAsync, PipRegistries.FindAsync, NuGetRegistries.FindAsync, MavenRegistries.FindAsync,
        CargoRegistries.FindAsync, GoRegistries.FindAsync, AptRegistries.FindAsync,
    ];

    /// <summary>
    /// Looks for them, at most 20 s; started once, in the background. What cannot be read is left out. With <paramref name="askRegistries"/>
    /// the registries are asked (as any client of theirs does first) which other hosts hold their files.
    /// </summary>
    public static Task<IReadOnlyList<PackageRegistry>> DiscoverAsync(bool askRegistries, CancellationToken cancellationToken) =>
        DiscoverAsync(ToolMachine.ThisOne(askRegistries), cancellationToken);

    internal static async Task<IReadOnlyList<PackageRegistry>> DiscoverAsync(ToolMachine machine, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeLimit);
        var found = await Task.WhenAll(Finders.Select(find => Task.Run(() => TryAsync(find, machine, limit.Token), limit.Token))).ConfigureAwait(false);
        return [.. found.SelectMany(registries => registries).Distinct()];
    }

    private static async Task<IReadOnlyList<PackageRegistry>> TryAsync(
        Func<ToolMachine, CancellationToken, Task<IReadOnlyList<PackageRegistry>>> find, ToolMachine machine, CancellationToken cancellationToken)
    {
        try
        {
            return await find(machine, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // A broken configuration of one tool concerns that tool; its registries stay closed.
            return [];
        }
    }
}
