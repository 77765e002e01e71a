using System.Globalization;
using Drafthorse.Harness.Channels;
using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.GitGateway.Mirrors;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Words;

namespace Drafthorse.Harness.Drafts.Endings;

/// <summary>The deterministic end of a run: commit, verify, push, draft.</summary>
internal sealed class DraftEnding(RunContext run, RepositoryWork work, RepositoryMirrors mirrors, DraftOptions options)
{
    private const string NoChanges = "Nothing was changed, so there is no draft.";

    private bool MayMend(RunOutcome outcome, int round) => outcome.Status == ThreadStatus.Done && round <= work.Settings.MaxFixRounds;

    /// <summary>The outcome of a run that changed nothing. A thread whose work is with people already has said it all.</summary>
    public static RunOutcome WithoutChanges(RunContext run, RunOutcome outcome) =>
        outcome.Status is not ThreadStatus.Done || run.Thread.Facts.PushedCommit is not null ? outcome : outcome with { Notes = [.. outcome.Notes, NoChanges] };

    /// <summary>The outcome with the draft that is owed, or what the model has to mend first.</summary>
    public async Task<(RunOutcome Outcome, Complaint? Complaint)> FinishAsync(RunOutcome outcome, int round, CancellationToken cancellationToken)
    {
        var sandbox = await run.GetSandboxClientAsync(cancellationToken).ConfigureAwait(false);
        var git = new SandboxGit(sandbox, run, work.Checkout);
        var tree = new WorkTree(git, work);
        outcome = outcome with { Notes = [.. outcome.Notes, .. Blocked()] };
        string? commit;
        try
        {
            var gathered = await new Gathering(git, tree, work).RunAsync(CommitMessage(outcome.Text), mayAsk: MayMend(outcome, round), cancellationToken).ConfigureAwait(false);
            if (gathered.Complaint is { } complaint)
                return (outcome, complaint);
            outcome = outcome with { Notes = [.. outcome.Notes, .. gathered.Notes] };
            commit = await OwedAsync(git, tree, Checked(gathered.Commit), cancellationToken).ConfigureAwait(false);
        }
        catch (SandboxException exception) when (exception.Problem is SandboxProblem.Failed)
        {
            return MayMend(outcome, round)
                ? (outcome, new Complaint("Your work could not be committed. Mend what stands in the way, if you can.", exception.Message))
                : (outcome with { Status = ThreadStatus.Failed, Reason = $"the work could not be committed: {exception.Message}" }, null);
        }

        if (commit is null)
            return (WithoutChanges(run, outcome), null);
        var verified = await VerifyAsync(git, commit, round, cancellationToken).ConfigureAwait(false);
        if (verified.FirstOrDefault(result => result.ExitCode != 0) is { } failure)
        {
            if (MayMend(outcome, round))
                return (outcome, Complain(failure));
            outcome = outcome with { Notes = [.. outcome.Notes, $"Verify failed: `{failure.Command}` {HowItEnded(failure)}."] };
        }

        return await PushAsync(tree, outcome, commit, verified, round, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The commit that is owed, fit to be pushed, or null when there is nothing that people do not have yet.</summary>
    private async Task<string?> OwedAsync(SandboxGit git, WorkTree tree, string? commit, CancellationToken cancellationToken)
    {
        if (commit is null || !await tree.DiffersFromBaseAsync(commit, cancellationToken).ConfigureAwait(false) || await IsWithPeopleAsync(commit, cancellationToken).ConfigureAwait(false))
            return null;
        return await new CommitMessages(git, work, options.CoAuthorTrailer(run.Thread.Origin)).ApplyAsync(commit, run.Facts.PushedCommit, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether an earlier run brought this commit to its people, or a person did.</summary>
    private async Task<bool> IsWithPeopleAsync(string commit, CancellationToken cancellationToken)
    {
        if (run.Claim.TakenOver)
            return false;
        if (run.Thread.Facts.PushedCommit == commit)
            return run.Thread.PullRequest is not null || work.IsPersonsBranch;
        return work.IsPersonsBranch && run.Facts.PushedCommit is null
            && await mirrors.ResolveBranchAsync(work.Repository, work.Branch, cancellationToken).ConfigureAwait(false) == commit;
    }

    private async Task<(RunOutcome Outcome, Complaint? Complaint)> PushAsync(
        WorkTree tree, RunOutcome outcome, string commit, IReadOnlyList<VerifyResult> verified, int round, CancellationToken cancellationToken)
    {
        var push = await tree.PushAsync(commit, cancellationToken).ConfigureAwait(false);
        if (push.ExitCode != 0 || !await IsUpstreamAsync(commit, cancellationToken).ConfigureAwait(false))
        {
            var reason = SandboxGit.Tail(push.Output, 1500);
            return MayMend(outcome, round)
                ? (outcome, new Complaint("Your work could not be pushed. Mend what stands in the way, if you can.", reason))
                : (outcome with { Status = ThreadStatus.Failed, Reason = $"the work could not be pushed: {reason}" }, null);
        }

        await PushRecord.CommitAsync(run, work, commit, run.Facts.PersonsCommit, cancellationToken).ConfigureAwait(false);
        return work.IsPersonsBranch
            ? (outcome with { Notes = [.. outcome.Notes, .. PushedToPerson(verified)] }, null)
            : (outcome with { Outbox = [.. outcome.Outbox, Draft(outcome, commit, verified).ToOutbox()] }, null);
    }

    /// <summary>Whether the branch is at a commit by the code host's word, not the sandbox's; by the gateway's when the host does not answer.</summary>
    private async Task<bool> IsUpstreamAsync(string commit, CancellationToken cancellationToken)
    {
        try
        {
            return await mirrors.ResolveBranchAsync(work.Repository, work.Branch, cancellationToken).ConfigureAwait(false) == commit;
        }
        catch (GitException)
        {
            return run.Facts.PushedCommit == commit;
        }
    }

    private string[] PushedToPerson(IReadOnlyList<VerifyResult> verified) =>
    [
        $"Pushed to the branch `{work.Branch}` of this pull request, as `pushToPullRequestBranch` allows.",
        verified.Count == 0 ? "The repository names no `verify` commands; nothing was checked."
            : string.Join("; ", verified.Select(result => $"`{result.Command}` {HowItEnded(result)}")) + ".",
    ];

    /// <summary>What comes out of a sandbox is anybody's word.</summary>
    private static string? Checked(string? commit) => commit is null || (commit.Length is 40 or 64 && commit.All(char.IsAsciiHexDigitLower))
        ? commit
        : throw new SandboxException($"git in the sandbox named a commit that is none: {SandboxGit.Tail(commit, 100)}");

    private async Task<IReadOnlyList<VerifyResult>> VerifyAsync(SandboxGit git, string commit, int round, CancellationToken cancellationToken)
    {
        if (work.Settings.Verify.Count == 0)
            return [];
        var results = await new Verification(git, work, options.CommandTimeout).RunAsync(commit, cancellationToken).ConfigureAwait(false);
        var finished = new VerifyFinished { Round = round, Commit = commit, Results = results, Passed = results.All(result => result.ExitCode == 0) };
        await run.CommitAsync(new RunCommit { Events = [finished] }, cancellationToken).ConfigureAwait(false);
        return results;
    }

    private static Complaint Complain(VerifyResult failure) => new(
        $"""
        Code checked your work on a clean checkout of its commit. `{failure.Command}` {HowItEnded(failure)}; its output follows.
        Mend it. A file that .gitignore leaves out, or one that is only in your sandbox, is not in the commit.
        """,
        failure.OutputTail);

    private static string HowItEnded(VerifyResult result) => result.ExitCode switch
    {
        0 => "passed",
        { } code => string.Create(CultureInfo.InvariantCulture, $"failed (exit code {code})"),
        null => string.Create(CultureInfo.InvariantCulture, $"did not end within {result.DurationMs / 1000:0} s and was stopped"),
    };

    private IEnumerable<string> Blocked() =>
        (work.Egress?.Blocked ?? []).Take(10).Select(blocked => $"Blocked by the egress gate: {blocked.Name}:{blocked.Port} ({blocked.Reason}).");

    private string Title => run.Thread.Origin.Title is { Length: > 0 } title ? title : $"Work of thread {run.Thread.Id.Prefix}";

    private string CommitMessage(string text)
    {
        var trailer = options.CoAuthorTrailer(run.Thread.Origin);
        var body = CommitWords.Harmless(text.Length > 0 ? $"{Title}\n\n{text}" : Title);
        return trailer is null ? body : $"{body}\n\n{trailer}";
    }

    private DraftEffect Draft(RunOutcome outcome, string commit, IReadOnlyList<VerifyResult> verified) => new()
    {
        Branch = work.Branch,
        BaseBranch = work.BaseBranch,
        Commit = commit,
        Title = CommitWords.Harmless(Title),
        Summary = CommitWords.Harmless(outcome.Text),
        Verify = verified,
        Labels = work.Settings.Labels,
        Reviewers = work.Settings.Reviewers,
        CostUsd = run.Facts.CostUsd,
        Model = run.Model,
    };
}
