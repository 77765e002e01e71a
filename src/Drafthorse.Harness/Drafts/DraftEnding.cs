using Drafthorse.Harness.Channels;
using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.Middleware;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Threads.Journal;

namespace Drafthorse.Harness.Drafts;

/// <summary>The deterministic end of a run: commit, verify, push, draft.</summary>
internal sealed class DraftEnding(RunContext run, RepositoryWork work, RepositoryMirrors mirrors, DraftOptions options)
{
    /// <summary>The outcome with the draft that is owed, or what the model has to mend first.</summary>
    public async Task<(RunOutcome Outcome, string? Complaint)> FinishAsync(RunOutcome outcome, int round, CancellationToken cancellationToken)
    {
        var sandbox = await run.GetSandboxClientAsync(cancellationToken).ConfigureAwait(false);
        var git = new SandboxGit(sandbox, run, work.Checkout);
        var tree = new WorkTree(git, work);
        var notes = outcome.Notes.Concat(Blocked()).ToList();
        var mayMend = outcome.Status == ThreadStatus.Done && round <= work.Settings.MaxFixRounds;

        var commit = await tree.CommitAllAsync(CommitMessage(outcome.Text), cancellationToken).ConfigureAwait(false);
        if (commit is not null && !IsCommit(commit))
            throw new SandboxException($"git in the sandbox named a commit that is none: {SandboxGit.Tail(commit, 100)}");
        if (commit is null || !await tree.DiffersFromBaseAsync(commit, cancellationToken).ConfigureAwait(false))
            return (outcome with { Notes = [.. notes, "Nothing was changed, so there is no draft."] }, null);

        var verified = await VerifyAsync(git, commit, round, cancellationToken).ConfigureAwait(false);
        if (verified.FirstOrDefault(result => result.ExitCode != 0) is { } failure)
        {
            if (mayMend)
                return (outcome, Complain(failure));
            notes.Add($"Verify failed: `{failure.Command}` ended with {failure.ExitCode?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "no exit code"}.");
        }

        var push = await tree.PushAsync(commit, cancellationToken).ConfigureAwait(false);
        if (push.ExitCode != 0 || await mirrors.ResolveBranchAsync(work.Repository, work.Branch, cancellationToken).ConfigureAwait(false) != commit)
        {
            // The code host's word counts, not the sandbox's.
            var reason = SandboxGit.Tail(push.Output, 1500);
            return mayMend
                ? (outcome, $"Your work could not be pushed:\n{reason}\nMend what stands in the way, if you can.")
                : (outcome with { Status = ThreadStatus.Failed, Reason = $"the work could not be pushed: {reason}", Notes = notes }, null);
        }

        return (outcome with { Notes = notes, Outbox = [.. outcome.Outbox, Draft(outcome, commit, verified).ToOutbox()] }, null);
    }

    /// <summary>What comes out of a sandbox is anybody's word.</summary>
    private static bool IsCommit(string text) => text.Length is 40 or 64 && text.All(char.IsAsciiHexDigitLower);

    private async Task<IReadOnlyList<VerifyResult>> VerifyAsync(SandboxGit git, string commit, int round, CancellationToken cancellationToken)
    {
        if (work.Settings.Verify.Count == 0)
            return [];
        var results = await new Verification(git, work).RunAsync(commit, cancellationToken).ConfigureAwait(false);
        var finished = new VerifyFinished { Round = round, Commit = commit, Results = results, Passed = results.All(result => result.ExitCode == 0) };
        await run.CommitAsync(new RunCommit { Events = [finished] }, cancellationToken).ConfigureAwait(false);
        return results;
    }

    private static string Complain(VerifyResult failure) =>
        $"""
        Code checked your work on a clean checkout of its commit. `{failure.Command}` failed (exit code {failure.ExitCode?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "none"}):
        {failure.OutputTail}
        Mend it. A file that .gitignore leaves out, or one that is only in your sandbox, is not in the commit.
        """;

    private IEnumerable<string> Blocked() =>
        (work.Egress?.Blocked ?? []).Take(10).Select(blocked => $"Blocked by the egress gate: {blocked.Name}:{blocked.Port} ({blocked.Reason}).");

    private string Title => run.Thread.Origin.Title is { Length: > 0 } title ? title : $"Work of thread {run.Thread.Id.Prefix}";

    private string CommitMessage(string text)
    {
        var trailer = options.CoAuthorTrailer(run.Thread.Origin);
        var body = text.Length > 0 ? $"{Title}\n\n{text}" : Title;
        return trailer is null ? body : $"{body}\n\n{trailer}";
    }

    private DraftEffect Draft(RunOutcome outcome, string commit, IReadOnlyList<VerifyResult> verified) => new()
    {
        Branch = work.Branch,
        BaseBranch = work.BaseBranch,
        Commit = commit,
        Title = Title,
        Summary = outcome.Text,
        Verify = verified,
        Labels = work.Settings.Labels,
        Reviewers = work.Settings.Reviewers,
        CostUsd = run.Facts.CostUsd,
        Model = run.Model,
    };
}
