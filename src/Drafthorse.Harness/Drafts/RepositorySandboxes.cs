using System.Collections.Concurrent;
using Drafthorse.Harness.Egress;
using Drafthorse.Harness.Egress.Trust;
using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Threads;
using Drafthorse.Sandbox.Doors;
using Drafthorse.Sandbox.Wire;

namespace Drafthorse.Harness.Drafts;

/// <summary>
/// Gives a run its sandbox with the repository in it, and with no way out but the gates: package hosts through the egress gate,
/// the code host through the git gateway. Isolated ones trust the authorities of <paramref name="trust"/> beside their own.
/// </summary>
internal sealed class RepositorySandboxes(SandboxPool pool, EgressGate egress, GitGatewayServer gateway, DraftOptions options, SandboxTrust trust)
{
    private const int MostAddresses = 1000;

    /// <summary>Where the gateways of local sandboxes were: what runs there knows no other address.</summary>
    private readonly ConcurrentDictionary<ThreadId, Uri> _addresses = new();

    /// <summary>Acquires the sandbox of a run. Throws <see cref="SandboxException"/>.</summary>
    public async Task<SandboxSession> AcquireAsync(RunContext run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        var work = run.Get<RepositoryWork>();
        (GitGatewayListener Gateway, bool HasMoved)? listener = work is null || pool.Backend.IsIsolated ? null : Listen(run, work);
        SandboxSession session;
        try
        {
            var author = work is null ? GitAuthor.Default : await options.FindAuthor(work.Repository, cancellationToken).ConfigureAwait(false);
            session = await pool.AcquireAsync(
                new SandboxRequest
                {
                    ThreadId = run.Thread.Id,
                    Token = run.Lease.Token,
                    // One that knows its gateway at another address could not reach it.
                    Sandbox = listener is { HasMoved: true } && run.Facts.Sandbox?.Kind == pool.Backend.Kind ? null : run.Facts.Sandbox,
                    Environment = EnvironmentOf(work, listener?.Gateway.Url, author),
                    Limits = work?.Settings.Sandbox?.Within(options.Limits) ?? options.Limits,
                    Etc = pool.Backend.IsIsolated ? trust.Etc : new Dictionary<string, byte[]>(),
                    HostMethods = pool.Backend.IsIsolated ? OpenGates(run, work) : null,
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            if (listener is { } unused)
                await unused.Gateway.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        session.Gate = listener?.Gateway;
        if (work is not null)
            await PrepareAsync(session, run, work, cancellationToken).ConfigureAwait(false);
        return session;
    }

    /// <summary>Puts the repository into the sandbox. One that was made for it and did not get it serves nobody.</summary>
    private async Task PrepareAsync(SandboxSession session, RunContext run, RepositoryWork work, CancellationToken cancellationToken)
    {
        try
        {
            var client = await session.GetClientAsync(cancellationToken).ConfigureAwait(false);
            await CodeCommands.EndEarlierAsync(client, run.Lease.Token, cancellationToken).ConfigureAwait(false);
            if (session.Path == AcquirePath.Fresh && work.Settings.Sandbox?.Refused(options.Limits) is { Count: > 0 } refused)
                await run.TellModelAsync("sandbox", $"Not all that `sandbox` in .drafthorse.yml asks for is given: {string.Join("; ", refused)}.", cancellationToken).ConfigureAwait(false);
            await Checkout.EnsureAsync(client, run, work, gateway.Mirrors, options.CommandTimeout, cancellationToken).ConfigureAwait(false);
            await new ServiceStart(client, run, work).EnsureAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            if (session.Path == AcquirePath.Fresh)
                await ((Task)pool.Backend.RemoveAsync(session.Sandbox, CancellationToken.None)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    private IReadOnlyDictionary<string, string> EnvironmentOf(RepositoryWork? work, Uri? local, GitAuthor author)
    {
        var git = work is null ? new Dictionary<string, string>()
            : GitSandboxEnvironment.For(work.Repository, local ?? GitSandboxEnvironment.InternalUrl, author);
        return pool.Backend.IsIsolated ? git.Concat(trust.Environment).ToDictionary() : git;
    }

    private WireHandlers OpenGates(RunContext run, RepositoryWork? work)
    {
        var hosts = new Dictionary<string, Func<Stream, CancellationToken, Task>>(StringComparer.Ordinal);
        if (work is not null)
        {
            var thread = ThreadOf(run, work);
            hosts[GitSandboxEnvironment.InternalHost] = (stream, token) => gateway.ServeAsync(thread, stream, token);
        }

        var session = egress.Open(run.Thread.Id, work?.Settings.Egress?.Select(EgressRule.Parse).ToArray(), hosts);
        if (work is not null)
            work.Egress = session;
        return new WireHandlers().AddTunnels(session.ServeAsync);
    }

    /// <summary>Without isolation there are no doors: the gateway listens on loopback, at an address that cannot be guessed, for as long as
    /// the run holds its sandbox, and in the thread's next run there again.</summary>
    private (GitGatewayListener Gateway, bool HasMoved) Listen(RunContext run, RepositoryWork work)
    {
        if (_addresses.Count >= MostAddresses)
            _addresses.Clear();
        var known = _addresses.GetValueOrDefault(run.Thread.Id);
        var made = gateway.Listen(ThreadOf(run, work), known);
        _addresses[run.Thread.Id] = made.Url;
        return (made, made.Url != known);
    }

    private GitGatewayThread ThreadOf(RunContext run, RepositoryWork work) => new()
    {
        ThreadId = run.Thread.Id,
        CommitTrailer = options.CoAuthorTrailer(run.Thread.Origin),
        Repository = work.Repository,
        Branch = work.Branch,
        BaseBranch = work.BaseBranch,
        BaseCommit = work.BaseCommit,
        StillHeld = run.HoldsLeaseAsync,
        History = () => new GitBranchHistory(run.Facts.PushedCommit, run.Facts.PersonsCommit),
        MayLeave = (commit, findings) => run.Approvals.Find(new HeldPush(commit, findings).RequestOn(work.Branch))?.State == ApprovalState.Approved,
        OnPush = (decision, token) =>
        {
            work.Held = decision is { Pushed: false, Commit: { } held, Findings: { Count: > 0 } findings } ? new HeldPush(held, findings) : null;
            return decision is { Pushed: true, Commit: { } commit } ? new ValueTask(PushRecord.CommitAsync(run, work, commit, decision.PersonsCommit, token)) : ValueTask.CompletedTask;
        },
    };
}
