using System.Globalization;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Drafts.Endings;

/// <summary>What became of a push that the gateway holds.</summary>
/// <param name="Outcome">The run's outcome, with what people are told.</param>
/// <param name="Pushed">The commit that was pushed in its place; null = none.</param>
internal sealed record HeldOutcome(RunOutcome Outcome, string? Pushed);

/// <summary>
/// A push of which a person has to see something first: the rest is pushed where it can be parted, people are asked about what waits, and what they
/// answered is done. An answer holds for one commit.
/// </summary>
internal sealed class HeldBack(RunContext run, RepositoryWork work, SandboxGit git, WorkTree tree)
{
    private const int MaxNamed = 10;

    /// <summary>Deals with a held commit.</summary>
    /// <param name="outcome">How the run ended.</param>
    /// <param name="held">What is held.</param>
    /// <param name="message">The message of commits that are made of it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<HeldOutcome> SettleAsync(RunOutcome outcome, HeldPush held, string message, CancellationToken cancellationToken)
    {
        if (run.Approvals.Find(held.RequestOn(work.Branch)) is { State: ApprovalState.Rejected or ApprovalState.Expired } no)
            return await TakeBackAsync(outcome, held, no, cancellationToken).ConfigureAwait(false);

        var rest = await PushRestAsync(held, message, cancellationToken).ConfigureAwait(false);
        if (rest is not null && work.Held is null)
            return new HeldOutcome(outcome, rest);
        held = rest is null ? held : work.Held ?? held;
        await run.Approvals.AskAsync(held.RequestOn(work.Branch), cancellationToken).ConfigureAwait(false);
        var more = held.Findings.Count > MaxNamed ? string.Create(CultureInfo.InvariantCulture, $"; and {held.Findings.Count - MaxNamed} more") : "";
        var what = rest is null ? "Nothing was pushed yet, as this waits for a person's approval" : "Not in the draft yet, as this waits for a person's approval";
        return new HeldOutcome(outcome with { Notes = [.. outcome.Notes, $"{what}: {string.Join("; ", held.Findings.Take(MaxNamed).Select(finding => finding.Line))}{more}."] }, rest);
    }

    /// <summary>Pushes what does not wait, and then has the gateway look at what is left. Null when there is nothing to part; the branch is as it was then,
    /// or holds the same files in two commits.</summary>
    private async Task<string?> PushRestAsync(HeldPush held, string message, CancellationToken cancellationToken)
    {
        var parting = new Parting(git, work, run.Facts.PushedCommit);
        if (await parting.TryAsync(held.Commit, held.Paths, message, cancellationToken).ConfigureAwait(false) is not { } parted)
            return null;
        await tree.PushAsync(parted.Others, cancellationToken).ConfigureAwait(false);
        if (run.Facts.PushedCommit != parted.Others)
        {
            await git.RunAsync("putting the commits back", $"$git update-ref HEAD {held.Commit} {parted.Waiting}", cancellationToken).ConfigureAwait(false);
            return null;
        }

        await tree.PushAsync(parted.Waiting, cancellationToken).ConfigureAwait(false);
        return run.Facts.PushedCommit == parted.Waiting || work.Held?.Commit == parted.Waiting
            ? parted.Others
            : throw new SandboxException("What waits for a person's approval could not be brought to the gateway; the next message tries again.");
    }

    private async Task<HeldOutcome> TakeBackAsync(RunOutcome outcome, HeldPush held, Approval no, CancellationToken cancellationToken)
    {
        var why = no.State == ApprovalState.Expired ? "nobody agreed in time" : $"{no.By} rejected it{(no.Reason is { Length: > 0 } reason ? $": {reason}" : "")}";
        await new Parting(git, work, run.Facts.PushedCommit).TakeBackAsync(held.Commit, cancellationToken).ConfigureAwait(false);
        await run.TellModelAsync(
            "push", "A person did not agree to push some of your changes. Code took them out of your checkout; what is named below is as it was. Do not bring it back in another form.", cancellationToken,
            $"{held.Names}\n{why}").ConfigureAwait(false);
        return new HeldOutcome(outcome with { Notes = [.. outcome.Notes, $"Not pushed, as {why}: {held.Names}."] }, null);
    }
}
