namespace Drafthorse.Harness.Sandboxes;

/// <summary>Which backend is used, and why not another.</summary>
/// <param name="Backend">The chosen one.</param>
/// <param name="Reasons">What each backend that was looked at said, the chosen one last.</param>
internal sealed record SandboxSelection(ISandboxBackend Backend, IReadOnlyList<string> Reasons)
{
    /// <summary>
    /// Takes the backend of a kind that was set, or else the first of <paramref name="candidates"/> that is ready, one without
    /// isolation only when <paramref name="mayBeLocal"/> says so. Throws <see cref="SandboxException"/> with what each one lacks.
    /// </summary>
    public static async Task<SandboxSelection> SelectAsync(
        IReadOnlyList<ISandboxBackend> candidates, string? kind, bool mayBeLocal, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        if (kind is not null && candidates.All(candidate => candidate.Kind != kind))
            throw new SandboxException(SandboxProblem.NotReady, $"there is no sandbox of the kind {kind}; the kinds are: {string.Join(", ", candidates.Select(candidate => candidate.Kind))}");

        var reasons = new List<string>();
        foreach (var candidate in candidates.Where(candidate => kind is null ? candidate.IsIsolated || mayBeLocal : candidate.Kind == kind))
        {
            var availability = await candidate.CheckAsync(cancellationToken).ConfigureAwait(false);
            reasons.Add(availability.Detail);
            if (availability.Ready)
                return new SandboxSelection(candidate, reasons);
        }

        var cure = mayBeLocal || kind is not null ? "" : "\nOr set SANDBOX_TYPE=local to let tools act on this machine itself, without isolation.";
        throw new SandboxException(SandboxProblem.NotReady, $"no sandbox can be started:\n{string.Join('\n', reasons)}{cure}");
    }
}
