using System.Globalization;
using System.Text;
using Drafthorse.Harness.GitGateway.Git;

namespace Drafthorse.Harness.GitGateway.Push;

/// <summary>Asks git about commits of a push: bounded, as the commits are a hostile peer's.</summary>
internal sealed class CommitGraph(GitProcess git, UnpackBounds bounds, string repository)
{
    private const int MaxMergeBases = 16;
    private const int MaxOutputBytes = 16 * 1024 * 1024;

    /// <summary>A commit and its parents, the first one first.</summary>
    public sealed record Node(string Id, IReadOnlyList<string> Parents);

    public async Task<bool> IsCommitAsync(string id, CancellationToken cancellationToken) =>
        (await RequireAsync(["cat-file", "-t", id], cancellationToken).ConfigureAwait(false)).Line == "commit";

    public async Task<bool> IsAncestorAsync(string older, string newer, CancellationToken cancellationToken) =>
        (await git.RunAsync(Command(["merge-base", "--is-ancestor", older, newer]), cancellationToken).ConfigureAwait(false)).ExitCode == 0;

    /// <summary>Every best common ancestor; none for histories that have nothing in common.</summary>
    public async Task<IReadOnlyList<string>> MergeBasesAsync(string left, string right, CancellationToken cancellationToken)
    {
        var result = await git.RunAsync(Command(["merge-base", "--all", left, right]), cancellationToken).ConfigureAwait(false);
        if (result.ExitCode is not (0 or 1))
            throw new GitException($"The commit's history could not be read: {Printable.Line(result.Error, 300)}");
        var bases = result.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return bases.Length <= MaxMergeBases ? bases : throw new GitException("the commit's history crosses the base branch's too often. Put your work on top of the base branch.");
    }

    /// <summary>How many commits are new, counted up to one more than <paramref name="most"/>.</summary>
    public async Task<int> CountAsync(string tip, IEnumerable<string?> known, int most, CancellationToken cancellationToken)
    {
        var result = await RequireAsync(["rev-list", "--count", Limit(most + 1), tip, .. Not(known)], cancellationToken).ConfigureAwait(false);
        return int.Parse(result.Line, CultureInfo.InvariantCulture);
    }

    /// <summary>The new commits, at most so many.</summary>
    public async Task<IReadOnlyList<Node>> ListAsync(string tip, IEnumerable<string?> known, int most, CancellationToken cancellationToken)
    {
        var result = await RequireAsync(["rev-list", "--parents", Limit(most), tip, .. Not(known)], cancellationToken).ConfigureAwait(false);
        return [.. result.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).Select(ids => new Node(ids[0], ids[1..]))];
    }

    /// <summary>The protected paths that differ between each commit and what it is compared with (null: nothing at all), in the same order.</summary>
    public async Task<IReadOnlyList<IReadOnlySet<string>>> TouchedAsync(IReadOnlyList<(string Commit, string? From)> pairs, CancellationToken cancellationToken)
    {
        if (pairs.Count == 0)
            return [];
        var lines = string.Concat(pairs.Select(pair => pair.From is null ? $"{pair.Commit}\n" : $"{pair.Commit} {pair.From}\n"));
        var command = Command(["diff-tree", "--stdin", "--root", "--always", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", "--", .. ProtectedPaths.Pathspecs]);
        var result = await git.RequireAsync(command with { InputPrefix = Encoding.ASCII.GetBytes(lines) }, cancellationToken).ConfigureAwait(false);
        var all = new List<IReadOnlySet<string>>(pairs.Count);
        HashSet<string>? paths = null;
        var fields = result.Text.Split('\0');
        for (var at = 0; at < fields.Length - 1; at++)
        {
            if (fields[at].StartsWith(':'))
            {
                var modes = fields[at].Split(' ');
                if (ProtectedPaths.IsTouchedBy(modes[0][1..], modes[1], fields[++at]))
                    paths!.Add(fields[at]);
                continue;
            }

            if (all.Count == pairs.Count || fields[at] != pairs[all.Count].Commit)
                throw new GitException("The change could not be read: git compared other commits than it was asked to.");
            all.Add(paths = new HashSet<string>(StringComparer.Ordinal));
        }

        return all.Count == pairs.Count ? all : throw new GitException("The change could not be read: git did not compare all commits.");
    }

    /// <summary>The protected paths to which one side has moved files that the other changed, both since a common commit: a merge carries the change along.</summary>
    public async Task<IReadOnlyList<string>> CarriedAsync(string common, string moving, string changing, CancellationToken cancellationToken)
    {
        if (common == moving || (await TouchedAsync([(moving, common)], cancellationToken).ConfigureAwait(false))[0].Count == 0)
            return [];
        var result = await RequireAsync(["diff-tree", "-r", "-z", "--raw", "-M", "-l7000", "--diff-filter=R", common, moving], cancellationToken).ConfigureAwait(false);
        var fields = result.Text.Split('\0');
        var moves = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var at = 0; at + 2 < fields.Length; at += 3)
        {
            var modes = fields[at].Split(' ');
            if (ProtectedPaths.IsTouchedBy(modes[0][1..], modes[1], fields[at + 2]))
                moves[fields[at + 1]] = fields[at + 2];
        }

        if (moves.Count == 0)
            return [];
        var changed = await RequireAsync(
            ["diff-tree", "-r", "-z", "--name-only", "--no-renames", common, changing, "--", .. moves.Keys.Select(path => $":(top,literal){path}")], cancellationToken).ConfigureAwait(false);
        return [.. changed.Text.Split('\0', StringSplitOptions.RemoveEmptyEntries).Where(moves.ContainsKey).Select(path => moves[path])];
    }

    private Task<GitResult> RequireAsync(string[] arguments, CancellationToken cancellationToken) => git.RequireAsync(Command(arguments), cancellationToken);

    private GitCommand Command(string[] arguments) =>
        bounds.Apply(new GitCommand(arguments) { GitDirectory = repository, MaxOutputBytes = MaxOutputBytes }, repository);

    private static string Limit(int most) => string.Create(CultureInfo.InvariantCulture, $"--max-count={most}");

    private static IEnumerable<string> Not(IEnumerable<string?> known) => known.OfType<string>().Select(id => "^" + id);
}
