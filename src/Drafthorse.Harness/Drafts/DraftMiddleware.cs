using Drafthorse.Harness.Channels;
using Drafthorse.Harness.Drafts.Settings;
using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.Middleware;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Threads.Journal;

namespace Drafthorse.Harness.Drafts;

/// <summary>
/// Makes a draft of what a run did: names the branch before, and after the model's last word commits, verifies, pushes and owes
/// the pull request, whether the model thought of it or not.
/// </summary>
public sealed class DraftMiddleware(RepositoryMirrors mirrors, DraftOptions options) : IAgentMiddleware
{
    /// <inheritdoc />
    public async Task<RunOutcome> OnRunAsync(RunContext run, Func<CancellationToken, Task<RunOutcome>> next, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(next);
        if (run.Thread.Origin.Repository is not { } repository)
            return await next(cancellationToken).ConfigureAwait(false);

        RepositoryWork work;
        try
        {
            work = await BeginAsync(run, repository, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is GitException or RepositorySettingsException)
        {
            return new RunOutcome { Status = ThreadStatus.Failed, Reason = exception.Message };
        }

        run.Set(work);
        run.WorkingDirectory = work.Checkout;
        for (var round = 1; ; round++)
        {
            var outcome = await next(cancellationToken).ConfigureAwait(false);
            if (outcome.Status is ThreadStatus.Waiting || run.Facts.Sandbox is null)
                return outcome.Status is ThreadStatus.Done ? outcome with { Notes = [.. outcome.Notes, "Nothing was changed, so there is no draft."] } : outcome;

            var ending = new DraftEnding(run, work, mirrors, options);
            var (finished, complaint) = await ending.FinishAsync(outcome, round, cancellationToken).ConfigureAwait(false);
            if (complaint is null)
                return finished;
            await run.TellModelAsync("verify", complaint, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Names the branch and fixes the base in the first run; later ones find them in the thread's facts.</summary>
    private async Task<RepositoryWork> BeginAsync(RunContext run, RepositoryRef repository, CancellationToken cancellationToken)
    {
        var (branch, baseBranch, baseCommit) = (run.Facts.Branch, run.Facts.BaseBranch, run.Facts.BaseCommit);
        if (branch is null || baseBranch is null)
        {
            var start = await mirrors.ResolveBaseAsync(repository, run.Thread.Origin.BaseBranch, cancellationToken).ConfigureAwait(false);
            var first = await RepositorySettings.ReadAsync(mirrors, repository, start.Commit, cancellationToken).ConfigureAwait(false);
            (branch, baseBranch, baseCommit) = (BranchName.For(run.Thread, first.BranchPrefix), start.Branch, start.Commit);
            await run.CommitAsync(
                new RunCommit { ChangeFacts = facts => facts with { Branch = branch, BaseBranch = baseBranch, BaseCommit = baseCommit } },
                cancellationToken).ConfigureAwait(false);
        }

        return new RepositoryWork
        {
            Repository = repository,
            Settings = await RepositorySettings.ReadAsync(mirrors, repository, baseCommit, cancellationToken).ConfigureAwait(false),
            Checkout = options.CheckoutPath(run.Thread),
            Branch = branch,
            BaseBranch = baseBranch,
            BaseCommit = baseCommit,
        };
    }
}
