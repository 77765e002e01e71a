using System.Globalization;

namespace Drafthorse.Folders.Snapshots;

/// <summary>The newest commits of a folder's repository, to be known inside of a sandbox.</summary>
/// <param name="Head">The newest one; null when there is none.</param>
/// <param name="Commits">All of them, the newest first.</param>
/// <param name="Shallow">Those whose parents are not among them, one a line.</param>
/// <param name="IsWhole">Whether none of them is missing here.</param>
internal sealed record History(string? Head, IReadOnlyList<string> Commits, string Shallow, bool IsWhole)
{
    private const int Most = 20;
    private const int LongestCommit = 1 << 20;

    /// <summary>Reads what is there: nothing that is missing is fetched.</summary>
    public static async Task<History> ReadAsync(ShadowGit git, FolderFacts facts, CancellationToken cancellationToken)
    {
        var commits = new List<(string Id, IReadOnlyList<string> Parents)>();
        var next = new PriorityQueue<(string Id, IReadOnlyList<string> Parents), long>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var whole = true;
        await using var objects = new BlobReader(git);
        await SeeAsync(facts.Head);
        while (commits.Count < Most && next.TryDequeue(out var commit, out _))
        {
            commits.Add(commit);
            foreach (var parent in facts.Shallow.Contains(commit.Id) ? [] : commit.Parents)
                await SeeAsync(parent);
        }

        return Of(commits, whole);

        async Task SeeAsync(string? id)
        {
            if (id is null || !seen.Add(id))
                return;
            try
            {
                var lines = (await objects.ReadTextAsync(id, cancellationToken, "commit", LongestCommit)).Split("\n\n")[0].Split('\n');
                next.Enqueue((id, [.. lines.Where(line => line.StartsWith("parent ", StringComparison.Ordinal)).Select(line => line["parent ".Length..])]), -TimeOf(lines));
            }
            catch (IOException)
            {
                whole = false;
            }
        }
    }

    /// <summary>The newest of them that have all of their files here.</summary>
    public async Task<History> OnlyCompleteAsync(ShadowGit git, CancellationToken cancellationToken)
    {
        if (Head is null || await IsCompleteAsync(git, Commits, cancellationToken))
            return this;
        var complete = new List<(string, IReadOnlyList<string>)>();
        foreach (var commit in Commits)
        {
            if (!await IsCompleteAsync(git, [commit], cancellationToken))
                break;
            var text = await git.TextAsync(["cat-file", "commit", commit], cancellationToken);
            complete.Add((commit, [.. text.Split("\n\n")[0].Split('\n').Where(line => line.StartsWith("parent ", StringComparison.Ordinal)).Select(line => line["parent ".Length..])]));
        }

        return Of(complete, whole: false);
    }

    private static History Of(List<(string Id, IReadOnlyList<string> Parents)> commits, bool whole)
    {
        var known = commits.Select(commit => commit.Id).ToHashSet(StringComparer.Ordinal);
        var cut = commits.Where(commit => commit.Parents.Any(parent => !known.Contains(parent))).Select(commit => $"{commit.Id}\n");
        return new History(commits.Count == 0 ? null : commits[0].Id, [.. commits.Select(commit => commit.Id)], string.Concat(cut), whole);
    }

    private static async Task<bool> IsCompleteAsync(ShadowGit git, IReadOnlyList<string> commits, CancellationToken cancellationToken)
    {
        var result = await git.TryAsync(["rev-list", "--objects", "--no-object-names", "--no-walk", "--missing=print", .. commits], cancellationToken);
        return result.ExitCode == 0 && !result.Output.AsSpan().StartsWith("?"u8) && result.Output.AsSpan().IndexOf("\n?"u8) < 0;
    }

    private static long TimeOf(string[] lines) =>
        lines.FirstOrDefault(line => line.StartsWith("committer ", StringComparison.Ordinal))?.Split(' ') is [.., var time, _]
        && long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : 0;
}
