namespace Drafthorse.Harness.Drafts.Endings;

/// <summary>Commits that a run made and that the commit to be handed in does not have.</summary>
/// <param name="Place">Where they are: <c>branch</c>, <c>worktree</c>, <c>stash</c>, <c>checkout</c> (a commit that was on no branch), <c>reset</c> (one that was gone back from),
/// <c>changes</c> (uncommitted ones in another work tree).</param>
/// <param name="Commit">The newest of them.</param>
/// <param name="IsAhead">Whether the handed-in commit is an ancestor of them.</param>
/// <param name="Name">The branch, path or words that go with it: data.</param>
internal sealed record LeftWork(string Place, string Commit, bool IsAhead, string Name)
{
    /// <summary>Whether somebody went on elsewhere: what was taken back by a reset or put into a stash was perhaps meant to go.</summary>
    public bool IsMeant => Place is "branch" or "worktree" or "checkout";

    public override string ToString() => $"{Place} {Commit[..Math.Min(12, Commit.Length)]} {Name}".TrimEnd();
}

/// <summary>Finds work that would stay behind in a sandbox: on other branches, on none, in stashes, in other work trees; and what is half done.</summary>
internal static class LeftBehind
{
    private const int MaxPlaces = 100;

    /// <summary>What git is in the middle of: <c>rebase</c>, <c>am</c>, <c>bisect</c>, <c>sequence</c> (of picks), <c>conflicts</c>.</summary>
    public static async Task<IReadOnlyList<string>> UnfinishedAsync(SandboxGit git, CancellationToken cancellationToken)
    {
        var output = await git.RunAsync(
            "looking for what is half done",
            """
            d=$($git rev-parse --git-dir)
            if [ -d "$d/rebase-merge" ]; then echo rebase; fi
            if [ -e "$d/rebase-apply/applying" ]; then echo am; elif [ -d "$d/rebase-apply" ]; then echo rebase; fi
            if [ -e "$d/BISECT_START" ]; then echo bisect; fi
            if [ -e "$d/sequencer/todo" ]; then echo sequence; fi
            if [ -n "$($git ls-files -u | head -n 1)" ]; then echo conflicts; fi
            """,
            cancellationToken,
            apart: true).ConfigureAwait(false);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Intersect(["rebase", "am", "bisect", "sequence", "conflicts"], StringComparer.Ordinal)];
    }

    /// <summary>
    /// Where commits are that <paramref name="commit"/> does not have, not even as other commits with the same change, and that are on no
    /// branch of the code host. What a reset took back counts only where files of it were not changed otherwise since.
    /// </summary>
    public static async Task<IReadOnlyList<LeftWork>> FindAsync(SandboxGit git, string commit, string? baseCommit, CancellationToken cancellationToken)
    {
        var output = await git.RunAsync(
            "looking for commits",
            $$"""
            head={{commit}}
            {
              $git for-each-ref --count={{MaxPlaces}} --sort=-committerdate --format='branch %(objectname) %(refname:short)' refs/heads
              $git worktree list --porcelain | awk '/^worktree /{ path = substr($0, 10); n++ } /^HEAD /{ if (n > 1) print "worktree", $2, path }'
              $git log -g --format='stash %H %gs' -n {{MaxPlaces}} refs/stash 2>/dev/null
              $git log -g --format='%H %gs' -n 500 HEAD 2>/dev/null | awk '{ if (why != "") print why, $1; why = ""; if ($2 == "checkout:") why = "checkout"; if ($2 == "reset:") why = "reset" }'
            } | head -n {{2 * MaxPlaces}} | while read -r place id name; do
              case "$seen" in *" $id "*) continue ;; esac
              seen="$seen $id "
              if $git merge-base --is-ancestor $id $head; then continue; fi
              parent=
              if [ $place = stash ]; then parent="^$id^1"; fi
              own=$($git rev-list --max-count=1000 $id $parent --not --remotes {{baseCommit}})
              if [ -z "$own" ]; then continue; fi
              if ! $git rev-list --cherry-pick --right-only $([ $place = stash ] || echo --no-merges) $head...$id $parent | grep -qxF -e "$own"; then continue; fi
              if [ $place = reset ]; then
                fork=$($git merge-base $head $id) || continue
                $git diff --name-only $fork $head > .git/drafthorse-now
                if [ -z "$($git diff --name-only $fork $id | grep -vxF -f .git/drafthorse-now | head -n 1)" ]; then continue; fi
              fi
              ahead=0
              if $git merge-base --is-ancestor $head $id; then ahead=1; fi
              echo "$place $id $ahead $name"
            done
            rm -f .git/drafthorse-now
            $git worktree list --porcelain | sed -n 's/^worktree //p' | tail -n +2 | head -n {{MaxPlaces}} | while read -r path; do
              if [ -n "$($git -C "$path" status --porcelain 2>/dev/null | head -n 1)" ]; then echo "changes $($git -C "$path" rev-parse HEAD) 0 $path"; fi
            done
            """,
            cancellationToken,
            apart: true).ConfigureAwait(false);
        return [.. output.Split('\n').Select(line => line.Split(' ', 4)).Where(parts => parts.Length >= 3 && parts[1].Length >= 40 && parts[1].All(char.IsAsciiHexDigitLower))
            .Select(parts => new LeftWork(parts[0], parts[1], parts[2] == "1", parts.Length > 3 ? parts[3] : ""))];
    }
}
