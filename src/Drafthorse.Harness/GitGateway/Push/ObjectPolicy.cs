using System.Globalization;
using Drafthorse.Harness.GitGateway.Git;

namespace Drafthorse.Harness.GitGateway.Push;

/// <summary>Judges a received commit by its objects, before it goes to the code host.</summary>
internal sealed class ObjectPolicy(GitProcess git, GitGatewayOptions options, string quarantine)
{
    private const int MaxPathBytes = 4 * 1024 * 1024;
    private const int MaxNamedPaths = 10;

    /// <summary>What the commit is judged against: the branch on the code host, where work started, and the base branch, as upstream has them.</summary>
    public sealed record Ground(string? BranchTip, string? BaseCommit, string? BaseTip);

    public async Task<PushRefusal?> RefuseAsync(string commit, Ground ground, CancellationToken cancellationToken)
    {
        var type = await RunAsync(cancellationToken, "cat-file", "-t", commit).ConfigureAwait(false);
        if (type.Line != "commit")
            return new PushRefusal("the branch must point at a commit.");
        if (ground.BranchTip is { } tip && !await IsAncestorAsync(tip, commit, cancellationToken).ConfigureAwait(false))
            return new PushRefusal("not a fast-forward: the branch on the code host has commits that yours does not. Fetch and merge or rebase onto it; it is never overwritten.");
        if (ground.BaseCommit is { } start && !await IsAncestorAsync(start, commit, cancellationToken).ConfigureAwait(false))
            return new PushRefusal($"the commit does not descend from the base commit {start[..12]}. Put your work on top of it.");
        var fork = ground.BaseTip is null ? ground.BaseCommit : await MergeBaseAsync(ground.BaseTip, commit, cancellationToken).ConfigureAwait(false);
        if (fork is null && ground.BaseTip is not null)
            return new PushRefusal("the commit shares no history with the base branch.");
        return await RefuseSizeAsync(commit, ground, cancellationToken).ConfigureAwait(false)
            ?? await RefuseProtectedAsync(commit, fork, ground, cancellationToken).ConfigureAwait(false);
    }

    private async Task<PushRefusal?> RefuseSizeAsync(string commit, Ground ground, CancellationToken cancellationToken)
    {
        var limit = (options.MaxPushCommits + 1).ToString(CultureInfo.InvariantCulture);
        var count = await RunAsync(cancellationToken, ["rev-list", "--count", $"--max-count={limit}", commit, .. Known(ground)]).ConfigureAwait(false);
        return int.Parse(count.Line, CultureInfo.InvariantCulture) > options.MaxPushCommits
            ? new PushRefusal($"more than {options.MaxPushCommits} new commits in one push.")
            : null;
    }

    // A protected path is the agent's doing when the tip has it neither as the base has it nor as the branch already has it,
    // or when any new commit touches it (a merge that only brings the base's own changes does not).
    private async Task<PushRefusal?> RefuseProtectedAsync(string commit, string? fork, Ground ground, CancellationToken cancellationToken)
    {
        var changed = await ChangedAsync(fork, commit, cancellationToken).ConfigureAwait(false);
        if (changed is not null && ground.BranchTip is { } tip && await ChangedAsync(tip, commit, cancellationToken).ConfigureAwait(false) is { } since)
            changed.IntersectWith(since);
        if (changed is null)
            return new PushRefusal("too many changed files in one push.");
        var inHistory = await RunAsync(
            cancellationToken,
            ["log", "--format=", "--name-only", "-z", "--no-renames", "--full-history", "--diff-merges=combined", commit, .. Known(ground), "--", .. ProtectedPaths.Pathspecs])
            .ConfigureAwait(false);
        var touched = changed.Where(ProtectedPaths.Covers).Concat(SplitPaths(inHistory).Where(ProtectedPaths.Covers))
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        if (touched.Length == 0)
            return null;
        var names = string.Join(", ", touched.Take(MaxNamedPaths).Select(path => Printable.Line(path, 100)));
        return new PushRefusal(
            $"protected paths need a person's approval: {names}. Take these changes out of your commits (also of earlier ones) and say in your answer what should change there.")
        {
            ProtectedPaths = touched,
        };
    }

    private async Task<HashSet<string>?> ChangedAsync(string? from, string to, CancellationToken cancellationToken)
    {
        var result = await git.RunAsync(
            Command(["diff-tree", "-r", "-z", "--no-renames", "--name-only", "--no-commit-id", from ?? ObjectId.EmptyTree, to]),
            cancellationToken).ConfigureAwait(false);
        if (result.ExitCode != 0)
            throw new GitException($"The change could not be read: {Printable.Lines(result.Error, 300)}");
        return result.Output.Length >= MaxPathBytes ? null : [.. SplitPaths(result)];
    }

    private async Task<bool> IsAncestorAsync(string older, string newer, CancellationToken cancellationToken) =>
        (await git.RunAsync(Command(["merge-base", "--is-ancestor", older, newer]), cancellationToken).ConfigureAwait(false)).ExitCode == 0;

    private async Task<string?> MergeBaseAsync(string left, string right, CancellationToken cancellationToken)
    {
        var result = await git.RunAsync(Command(["merge-base", left, right]), cancellationToken).ConfigureAwait(false);
        return result.ExitCode == 0 ? result.Line : null;
    }

    private Task<GitResult> RunAsync(CancellationToken cancellationToken, params string[] arguments) =>
        git.RequireAsync(Command(arguments), cancellationToken);

    private GitCommand Command(string[] arguments) => new(arguments)
    {
        GitDirectory = quarantine,
        MaxMemoryBytes = options.MaxProcessMemoryBytes,
        MaxOutputBytes = 2 * MaxPathBytes,
    };

    private static IEnumerable<string> Known(Ground ground) =>
        new[] { ground.BranchTip, ground.BaseCommit, ground.BaseTip }.OfType<string>().Select(id => "^" + id);

    private static string[] SplitPaths(GitResult result) =>
        result.Text.Split(['\0', '\n'], StringSplitOptions.RemoveEmptyEntries);
}
