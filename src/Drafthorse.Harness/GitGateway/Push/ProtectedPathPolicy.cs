namespace Drafthorse.Harness.GitGateway.Push;

/// <summary>
/// Judges what a push does to protected paths by what a merge, a squash or a rebase of the branch could do, also after the base moved on:
/// the tip and every new merge have them as every merge base with the base branch has, and no other new commit touches them. Kept from a
/// person is what their last commit on the branch changed there, while the base branch has not changed it since.
/// </summary>
internal sealed class ProtectedPathPolicy(CommitGraph graph, ObjectPolicy.Ground ground)
{
    private const int MaxCommits = 5000;
    private const int MaxMerges = 100;
    private const int MaxNamedPaths = 10;

    /// <summary>A commit that has paths otherwise than the one it is compared with.</summary>
    private sealed record Difference(string Commit, string Base, IReadOnlySet<string> Paths);

    public async Task<PushRefusal?> RefuseAsync(string tip, IReadOnlyList<string> bases, CancellationToken cancellationToken)
    {
        var commits = await graph.ListAsync(tip, [ground.BranchTip, ground.BaseTip], MaxCommits + 1, cancellationToken).ConfigureAwait(false);
        if (commits.Count > MaxCommits)
            return new PushRefusal($"more than {MaxCommits} commits that the base branch does not have.");
        var merges = commits.Where(commit => commit.Parents.Count > 1 && (commit.Id != tip || bases.Count == 0)).ToArray();
        if (merges.Length > MaxMerges)
            return new PushRefusal($"more than {MaxMerges} merges in one push. Put your work on top of the base branch instead.");

        var outcomes = bases.Select(known => (Commit: tip, From: (string?)known)).ToList();
        foreach (var merge in merges)
            outcomes.AddRange(await OutcomesAsync(merge, cancellationToken).ConfigureAwait(false));
        var changes = commits.Where(commit => commit.Parents.Count < 2).Select(commit => (Commit: commit.Id, From: commit.Parents.Count == 0 ? null : commit.Parents[0])).ToArray();
        var touched = await graph.TouchedAsync([.. outcomes, .. changes], cancellationToken).ConfigureAwait(false);
        var differences = outcomes.Zip(touched, (pair, paths) => new Difference(pair.Commit, pair.From!, paths)).Where(difference => difference.Paths.Count > 0).ToArray();
        var paths = await DropKeptAsync(differences, cancellationToken).ConfigureAwait(false);
        paths.UnionWith(touched.Skip(outcomes.Count).SelectMany(changed => changed));
        foreach (var known in ground.BaseTip is null ? [] : bases)
            paths.UnionWith(await graph.CarriedAsync(known, ground.BaseTip!, tip, cancellationToken).ConfigureAwait(false));
        return paths.Count == 0 ? null : Refuse([.. paths.Order(StringComparer.Ordinal)]);
    }

    /// <summary>What a merge is compared with: every merge base, or its first parent where nothing is in common with the base branch.</summary>
    private async Task<IEnumerable<(string Commit, string? From)>> OutcomesAsync(CommitGraph.Node merge, CancellationToken cancellationToken)
    {
        var bases = ground.BaseTip is { } target ? await graph.MergeBasesAsync(target, merge.Id, cancellationToken).ConfigureAwait(false) : [];
        return (bases.Count > 0 ? bases : [merge.Parents[0]]).Select(known => (merge.Id, (string?)known));
    }

    private async Task<HashSet<string>> DropKeptAsync(Difference[] differences, CancellationToken cancellationToken)
    {
        var paths = differences.SelectMany(difference => difference.Paths).ToHashSet(StringComparer.Ordinal);
        if (paths.Count == 0 || ground is not { PersonsCommit: { } persons, BaseTip: { } target })
            return paths;
        var own = await graph.MergeBasesAsync(target, persons, cancellationToken).ConfigureAwait(false);
        if (own.Count == 0)
            return paths;

        paths.Clear();
        var theirs = await graph.TouchedAsync([.. own.Select(known => (persons, (string?)known))], cancellationToken).ConfigureAwait(false);
        foreach (var difference in differences)
        {
            var open = difference.Paths.ToHashSet(StringComparer.Ordinal);
            if (await graph.IsAncestorAsync(persons, difference.Commit, cancellationToken).ConfigureAwait(false))
            {
                var since = await graph.TouchedAsync([(difference.Commit, persons), .. own.Select(known => (difference.Base, (string?)known))], cancellationToken).ConfigureAwait(false);
                open.RemoveWhere(path => theirs.All(changed => changed.Contains(path)) && !since.Any(changed => changed.Contains(path)));
            }

            paths.UnionWith(open);
        }

        return paths;
    }

    private static PushRefusal Refuse(string[] paths)
    {
        var names = string.Join(", ", paths.Take(MaxNamedPaths).Select(path => Printable.Line(path, 100)));
        var more = paths.Length > MaxNamedPaths ? $" and {paths.Length - MaxNamedPaths} more" : "";
        return new PushRefusal(
            $"protected paths need a person's approval: {names}{more}. Take these changes out of your commits (also of earlier ones), let a merge keep them as the base branch has them, and say in your answer what should change there.")
        {
            ProtectedPaths = paths,
        };
    }
}
