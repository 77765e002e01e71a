using Drafthorse.Harness.Channels;
using Drafthorse.Harness.DoneGates;
using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.GitGateway.Mirrors;
using Drafthorse.Harness.Planning;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Words;

namespace Drafthorse.Harness.Drafts.Endings;

/// <summary>The deterministic end of a run: commit, verify, push, draft.</summary>
internal sealed class DraftEnding(RunContext run, RepositoryWork work, RepositoryMirrors mirrors, DraftOptions options, DoneGate gate)
{
    private const string NoChanges = "Nothing was changed, so there is no draft.";

    private int MaxFixRounds => work.Settings.MaxFixRounds;

    /// <summary>The outcome with the draft that is owed; null when the model was told what it has to mend first.</summary>
    public async Task<RunOutcome?> FinishAsync(RunOutcome outcome, CancellationToken cancellationToken)
    {
        if (run.Facts.Sandbox is null)
            return await WithoutChangesAsync(outcome, cancellationToken).ConfigureAwait(false);
        var sandbox = await run.GetSandboxClientAsync(cancellationToken).ConfigureAwait(false);
        var git = new SandboxGit(sandbox, run, work.Checkout);
        var tree = new WorkTree(git, work);
        outcome = outcome with { Notes = [.. outcome.Notes, .. Blocked()] };
        Gathered gathered;
        string? commit;
        try
        {
            var mayAsk = IsOfPeople && await gate.MayTellAsync(run, outcome, MaxFixRounds, cancellationToken).ConfigureAwait(false);
            gathered = await new Gathering(git, tree, work).RunAsync(CommitMessage(outcome.Text), mayAsk, cancellationToken).ConfigureAwait(false);
            outcome = outcome with { Notes = [.. outcome.Notes, .. gathered.Notes] };
            commit = await OwedAsync(git, tree, gathered, cancellationToken).ConfigureAwait(false);
        }
        catch (SandboxException exception) when (exception.Problem is SandboxProblem.Failed)
        {
            var complaint = new Complaint("Your work could not be committed. Mend what stands in the way, if you can.", exception.Message);
            return await gate.TryTellCommitAsync(run, outcome, complaint, MaxFixRounds, cancellationToken).ConfigureAwait(false)
                ? null
                : outcome with { Status = ThreadStatus.Failed, Reason = $"the work could not be committed: {exception.Message}" };
        }

        if (commit is null && gathered.Complaint is null)
            return await WithoutChangesAsync(outcome, cancellationToken).ConfigureAwait(false);
        var evidence = await CollectAsync(git, tree, commit, gathered.Complaint, cancellationToken).ConfigureAwait(false);
        var verdict = IsOfPeople ? await gate.JudgeAsync(run, outcome, evidence, cancellationToken).ConfigureAwait(false) : DoneVerdict.Ends;
        if (verdict.IsTold)
            return null;
        outcome = outcome with { Notes = [.. outcome.Notes, .. verdict.Notes] };
        if (gathered.Complaint is not null)
            commit = await OwedAsync(git, tree, gathered with { Complaint = null }, cancellationToken).ConfigureAwait(false);
        if (commit is null)
            return outcome;
        if (await UnplannedAsync(tree, commit, cancellationToken).ConfigureAwait(false) is { Count: > 0 } unplanned)
            return await PlanFirstAsync(outcome, unplanned, cancellationToken).ConfigureAwait(false);
        if (evidence.Red is { } red)
            outcome = outcome with { Notes = [.. outcome.Notes, $"Verify failed: `{red.Command}` {DoneMessage.HowItEnded(red)}."] };
        return await PushAsync(git, tree, outcome, commit, evidence.Verified, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether somebody's words began the run; else it carries out what was decided, and the model has no part in it.</summary>
    private bool IsOfPeople => run.Conversation.FirstMessageOfRun is not null;

    /// <summary>What the work touches of the paths that the repository wants to be planned, while nobody has approved a plan.</summary>
    private async Task<IReadOnlyList<string>> UnplannedAsync(WorkTree tree, string commit, CancellationToken cancellationToken)
    {
        if (run.Get<PlanRules>() is not { Paths.Count: > 0 } rules)
            return [];
        var before = run.Thread.Facts.PushedCommit ?? work.BaseCommit ?? GitGateway.Git.ObjectId.EmptyTree;
        return rules.Unplanned(run.Facts, await tree.ChangedPathsAsync(before, commit, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Plan mode from here on: the work waits in its sandbox, and the model has to make a plan, unless it may not go on.</summary>
    private async Task<RunOutcome?> PlanFirstAsync(RunOutcome outcome, IReadOnlyList<string> unplanned, CancellationToken cancellationToken)
    {
        const string Why = "the work changes paths that this repository wants to be planned";
        await PlanGate.BeginAsync(run, Why, cancellationToken).ConfigureAwait(false);
        await run.TellModelAsync(
            PlanWords.Topic, $"{PlanWords.Rules} (Entered because {Why}.) What you have changed stays in the sandbox and is pushed once a plan that covers it is approved.", cancellationToken,
            string.Join('\n', unplanned.Take(50))).ConfigureAwait(false);
        return outcome.Status == ThreadStatus.Done && await run.CanGoOnAsync(cancellationToken).ConfigureAwait(false)
            ? null
            : outcome with { Notes = [.. outcome.Notes, $"Nothing was pushed: {Why}, and nobody has approved a plan."] };
    }

    /// <summary>The outcome of a run that changed nothing. A thread whose work is with people already has said it all.</summary>
    private async Task<RunOutcome> WithoutChangesAsync(RunOutcome outcome, CancellationToken cancellationToken)
    {
        await gate.JudgeAsync(run, outcome, new DoneEvidence { IsChanged = false }, cancellationToken).ConfigureAwait(false);
        return outcome.Status is not ThreadStatus.Done || run.Thread.Facts.PushedCommit is not null ? outcome : outcome with { Notes = [.. outcome.Notes, NoChanges] };
    }

    private async Task<DoneEvidence> CollectAsync(SandboxGit git, WorkTree tree, string? commit, Complaint? complaint, CancellationToken cancellationToken)
    {
        var before = run.Claim.TakenOver ? null : run.Thread.Facts.PushedCommit;
        return new DoneEvidence
        {
            Commit = commit,
            ChangedLines = commit is null ? 0 : await tree.CountLinesAsync(before ?? work.BaseCommit ?? GitGateway.Git.ObjectId.EmptyTree, commit, cancellationToken).ConfigureAwait(false),
            HasVerify = work.Settings.Verify.Count > 0,
            IsCleanCheckout = true,
            Verified = commit is null ? [] : await VerifyAsync(git, commit, cancellationToken).ConfigureAwait(false),
            MaxFixRounds = MaxFixRounds,
            WorkTree = complaint,
        };
    }

    /// <summary>The commit that is owed, fit to be pushed, or null when there is nothing that people do not have yet. While the model still has
    /// to bring work together its commits stay as they are.</summary>
    private async Task<string?> OwedAsync(SandboxGit git, WorkTree tree, Gathered gathered, CancellationToken cancellationToken)
    {
        var commit = Checked(gathered.Commit);
        if (commit is null || !await tree.DiffersFromBaseAsync(commit, cancellationToken).ConfigureAwait(false) || await IsWithPeopleAsync(commit, cancellationToken).ConfigureAwait(false))
            return null;
        if (gathered.Complaint is not null)
            return commit;
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

    private async Task<RunOutcome?> PushAsync(SandboxGit git, WorkTree tree, RunOutcome outcome, string commit, IReadOnlyList<VerifyResult> verified, CancellationToken cancellationToken)
    {
        var push = await tree.PushAsync(commit, cancellationToken).ConfigureAwait(false);
        if (push.ExitCode != 0 || !await IsUpstreamAsync(commit, cancellationToken).ConfigureAwait(false))
        {
            if (work.Held is { } held && held.Commit == commit)
            {
                (outcome, var rest) = await new HeldBack(run, work, git, tree).SettleAsync(outcome, held, CommitMessage(outcome.Text), cancellationToken).ConfigureAwait(false);
                return rest is null ? outcome : HandedIn(outcome, run.Facts.PushedCommit!, rest == commit ? verified : await VerifyAsync(git, rest, cancellationToken).ConfigureAwait(false));
            }

            var reason = SandboxGit.Tail(push.Output, 1500);
            var complaint = new Complaint("Your work could not be pushed. Mend what stands in the way, if you can.", reason);
            return await DoneGate.TryTellPushAsync(run, outcome, commit, complaint, MaxFixRounds, cancellationToken).ConfigureAwait(false)
                ? null
                : outcome with { Status = ThreadStatus.Failed, Reason = $"the work could not be pushed: {reason}" };
        }

        await PushRecord.CommitAsync(run, work, commit, run.Facts.PersonsCommit, cancellationToken).ConfigureAwait(false);
        return HandedIn(outcome, commit, verified);
    }

    private RunOutcome HandedIn(RunOutcome outcome, string commit, IReadOnlyList<VerifyResult> verified) => work.IsPersonsBranch
        ? outcome with { Notes = [.. outcome.Notes, .. PushedToPerson(verified)] }
        : outcome with { Outbox = [.. outcome.Outbox, Draft(outcome, commit, verified).ToOutbox()] };

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
            : string.Join("; ", verified.Select(result => $"`{result.Command}` {DoneMessage.HowItEnded(result)}")) + ".",
    ];

    /// <summary>What comes out of a sandbox is anybody's word.</summary>
    private static string? Checked(string? commit) => commit is null || (commit.Length is 40 or 64 && commit.All(char.IsAsciiHexDigitLower))
        ? commit
        : throw new SandboxException($"git in the sandbox named a commit that is none: {SandboxGit.Tail(commit, 100)}");

    /// <summary>Runs the verify commands, unless they ran on this very commit already, in this run or in that of an owner before.</summary>
    private async Task<IReadOnlyList<VerifyResult>> VerifyAsync(SandboxGit git, string commit, CancellationToken cancellationToken)
    {
        if (work.Settings.Verify.Count == 0)
            return [];
        var last = run.Conversation.Verified;
        if (last?.Commit == commit)
            return last.Results;
        var results = await new Verification(git, work, options.CommandTimeout).RunAsync(commit, cancellationToken).ConfigureAwait(false);
        var finished = new VerifyFinished { Round = (last?.Round ?? 0) + 1, Commit = commit, Results = results, Passed = results.All(result => result.ExitCode == 0) };
        await run.CommitAsync(new RunCommit { Events = [finished] }, cancellationToken).ConfigureAwait(false);
        return results;
    }

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
        Plan = PlanOutcome.Of(run),
        PlanApprovedBy = run.Facts.Plan?.ApprovedBy,
        Labels = work.Settings.Labels,
        Reviewers = work.Settings.Reviewers,
        CostUsd = run.Facts.CostUsd,
        UnpricedTokens = run.Facts.UnpricedTokens,
        Model = run.Model,
    };
}
