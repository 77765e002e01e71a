using Drafthorse.Harness.DoneGates;
using Drafthorse.Harness.Drafts.Endings;
using Drafthorse.Harness.Drafts.Settings;
using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.GitGateway.Mirrors;
using Drafthorse.Harness.Planning;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Drafts;

/// <summary>
/// Makes a draft of what a run did: names the branch before, and after the model's last word commits, verifies, pushes and owes
/// the pull request, whether the model thought of it or not.
/// </summary>
internal sealed class DraftMiddleware(RepositoryMirrors mirrors, DraftOptions options) : IAgentMiddleware
{
    private readonly DoneGate _gate = new(options.DoneGate?.Check() ?? DoneGateOptions.Off);

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
        if (run.Get<PlanRules>() is { } rules)
            run.Set(rules.With(work.Settings.PlanAlways, work.Settings.PlanPaths));
        run.Set(_gate);
        if (work.Settings.Permissions is { } permissions)
            run.Set(permissions);
        run.BudgetUsd = work.Settings.BudgetUsd;
        run.WorkingDirectory = work.Checkout;
        var ending = new DraftEnding(run, work, mirrors, options, _gate);
        while (true)
        {
            var outcome = await next(cancellationToken).ConfigureAwait(false);
            if (outcome.Status is ThreadStatus.Waiting || PlanGate.IsPlanning(run))
                return outcome;
            if (await ending.FinishAsync(outcome, cancellationToken).ConfigureAwait(false) is { } finished)
                return finished;
        }
    }

    /// <summary>Names the branch and fixes the base in the first run; later ones find them in the thread's facts.</summary>
    private async Task<RepositoryWork> BeginAsync(RunContext run, RepositoryRef repository, CancellationToken cancellationToken)
    {
        if (run.Facts.Branch is null || run.Facts.BaseBranch is null)
        {
            var plan = await BranchPlan.MakeAsync(mirrors, run.Thread, cancellationToken).ConfigureAwait(false);
            await run.CommitAsync(
                new RunCommit
                {
                    ChangeFacts = facts => facts with
                    {
                        Branch = plan.Branch,
                        BaseBranch = plan.BaseBranch,
                        BaseCommit = plan.BaseCommit,
                        TrustedCommit = plan.TrustedCommit,
                        IsPersonsBranch = plan.IsPersonsBranch,
                        Model = facts.Model ?? plan.Model,
                    },
                },
                cancellationToken).ConfigureAwait(false);
        }

        var facts = run.Facts;
        var trusted = facts.TrustedCommit ?? facts.BaseCommit;
        return new RepositoryWork
        {
            Repository = repository,
            Settings = await RepositorySettings.ReadAsync(mirrors, repository, trusted, cancellationToken).ConfigureAwait(false),
            Checkout = options.CheckoutPath(run.Thread),
            Branch = facts.Branch!,
            BaseBranch = facts.BaseBranch!,
            BaseCommit = facts.BaseCommit,
            TrustedCommit = trusted,
            BaseRef = await FindBaseRefAsync(run.Thread.Origin, facts, cancellationToken).ConfigureAwait(false),
            IsPersonsBranch = facts.IsPersonsBranch,
        };
    }

    /// <summary>Only a pull request whose branch is not here needs its ref: its base is then not its own branch.</summary>
    private async Task<string?> FindBaseRefAsync(ThreadOrigin origin, ThreadFacts facts, CancellationToken cancellationToken)
    {
        if (origin.PullRequest is not { } pull || facts.IsPersonsBranch || (!pull.IsFork && facts.BaseBranch == pull.HeadBranch))
            return null;
        if (pull.HeadCommit is { } taken)
            return await mirrors.KeepPullRequestCommitAsync(origin.Repository!, pull.Number, taken, cancellationToken).ConfigureAwait(false);
        return await mirrors.ResolvePullRequestAsync(origin.Repository!, pull.Number, cancellationToken).ConfigureAwait(false) is null
            ? null
            : RepositoryMirrors.PullRequestRef(pull.Number);
    }
}
