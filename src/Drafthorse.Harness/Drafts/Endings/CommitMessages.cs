using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Words;

namespace Drafthorse.Harness.Drafts.Endings;

/// <summary>
/// Goes over every commit that is not on the code host yet, whoever made it: its message gets the trailer that credits who asked, and
/// loses what CI or a code host would act on. Files, authors, dates and merges stay as they are, and what is pushed cannot be changed.
/// </summary>
internal sealed class CommitMessages(SandboxGit git, RepositoryWork work, string? trailer)
{
    /// <summary>Returns the new tip, to which the branch was moved.</summary>
    /// <param name="tip">The commit to be pushed.</param>
    /// <param name="pushed">The commit that was pushed last, or null.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<string> ApplyAsync(string tip, string? pushed, CancellationToken cancellationToken)
    {
        var renamed = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var commit in await ReadAsync(tip, pushed, cancellationToken).ConfigureAwait(false))
        {
            var parents = commit.Parents.Select(parent => renamed.GetValueOrDefault(parent, parent)).ToArray();
            var message = Reworded(commit.Message);
            if (message != commit.Message || !parents.SequenceEqual(commit.Parents))
                renamed[commit.Id] = await WriteAsync(commit.Id, parents, message, cancellationToken).ConfigureAwait(false);
        }

        if (!renamed.TryGetValue(tip, out var moved))
            return tip;
        await git.RunAsync("rewording the commits", $"$git update-ref -m 'reword commits' HEAD {moved} {tip}", cancellationToken).ConfigureAwait(false);
        return moved;
    }

    /// <summary>The message as it may be pushed.</summary>
    internal string Reworded(string message)
    {
        message = message.Trim('\n');
        if (trailer is null)
            return CommitWords.Harmless(message);
        var lines = message.Split('\n').Where(line => !line.TrimEnd().Equals(trailer, StringComparison.OrdinalIgnoreCase));
        var body = CommitWords.Harmless(string.Join('\n', lines).TrimEnd());
        return $"{body}{(IsTrailer(body[(body.LastIndexOf('\n') + 1)..]) && body.Contains('\n', StringComparison.Ordinal) ? "\n" : "\n\n")}{trailer}";
    }

    private static bool IsTrailer(string line)
    {
        var colon = line.IndexOf(": ", StringComparison.Ordinal);
        return colon > 0 && line[..colon].All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
    }

    private async Task<IReadOnlyList<(string Id, string[] Parents, string Message)>> ReadAsync(string tip, string? pushed, CancellationToken cancellationToken)
    {
        // A message could hold any fixed mark.
        var mark = Guid.NewGuid().ToString("N");
        var result = await git.TryGitAsync(
            $$"""
            known=
            for id in {{work.BaseCommit}} {{pushed}}; do if $git cat-file -e "$id^{commit}" 2>/dev/null; then known="$known $id"; fi; done
            $git log --encoding=UTF-8 --no-show-signature --reverse --topo-order --format='{{mark}} %H %P%n%B' {{tip}} --not --remotes $known
            """,
            cancellationToken,
            apart: true).ConfigureAwait(false);
        if (result.ExitCode != 0 || result.SpillPath is not null)
            throw new SandboxException(result.SpillPath is null ? $"The new commits could not be read: {SandboxGit.Tail(result.ErrorOutput, 500)}" : "The messages of the new commits are longer than 1 MiB. Squash the commits.");
        var commits = new List<(string, string[], string)>();
        foreach (var record in result.Output.Split(mark + ' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var end = record.IndexOf('\n', StringComparison.Ordinal);
            var ids = record[..(end < 0 ? record.Length : end)].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (ids.Length == 0 || !ids.All(id => id.Length is 40 or 64 && id.All(char.IsAsciiHexDigitLower)))
                throw new SandboxException("git in the sandbox named commits that are none.");
            commits.Add((ids[0], ids[1..], end < 0 ? "" : record[(end + 1)..].Trim('\n')));
        }

        return commits;
    }

    private async Task<string> WriteAsync(string id, string[] parents, string message, CancellationToken cancellationToken)
    {
        var written = await git.RunAsync(
            "rewording a commit",
            $$"""
            export GIT_AUTHOR_NAME="$($git log -1 --format=%an {{id}})" GIT_AUTHOR_EMAIL="$($git log -1 --format=%ae {{id}})" GIT_AUTHOR_DATE="$($git log -1 --format=%ad --date=raw {{id}})"
            export GIT_COMMITTER_NAME="$($git log -1 --format=%cn {{id}})" GIT_COMMITTER_EMAIL="$($git log -1 --format=%ce {{id}})" GIT_COMMITTER_DATE="$($git log -1 --format=%cd --date=raw {{id}})"
            $git commit-tree {{string.Concat(parents.Select(parent => $"-p {parent} "))}}-F - "{{id}}^{tree}"
            """,
            cancellationToken,
            input: message + "\n",
            apart: true).ConfigureAwait(false);
        return written.Length is 40 or 64 && written.All(char.IsAsciiHexDigitLower) ? written : throw new SandboxException("git in the sandbox named a commit that is none.");
    }
}
