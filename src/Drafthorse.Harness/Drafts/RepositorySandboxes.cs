using System.Collections.Concurrent;
using Drafthorse.Harness.Egress;
using Drafthorse.Harness.Egress.Trust;
using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.Middleware;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Threads.Journal;
using Drafthorse.Sandbox.Doors;
using Drafthorse.Sandbox.Wire;

namespace Drafthorse.Harness.Drafts;

/// <summary>
/// Gives a run its sandbox with the repository in it, and with no way out but the gates: package hosts through the egress gate,
/// the code host through the git gateway. Isolated ones trust the authorities of <paramref name="trust"/> beside their own.
/// </summary>
public sealed class RepositorySandboxes(SandboxPool pool, EgressGate egress, GitGatewayServer gateway, DraftOptions options, SandboxTrust trust) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<ThreadId, LocalGateway> _local = new();

    /// <summary>Acquires the sandbox of a run. Throws <see cref="SandboxException"/>.</summary>
    public async Task<SandboxSession> AcquireAsync(RunContext run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        var work = run.Get<RepositoryWork>();
        var session = await pool.AcquireAsync(
            new SandboxRequest
            {
                ThreadId = run.Thread.Id,
                Token = run.Lease.Token,
                Sandbox = run.Facts.Sandbox,
                Environment = EnvironmentOf(run, work),
                Etc = pool.Backend.IsIsolated ? trust.Etc : new Dictionary<string, byte[]>(),
                HostMethods = pool.Backend.IsIsolated ? OpenGates(run, work) : null,
            },
            cancellationToken).ConfigureAwait(false);
        if (work is not null)
            await PrepareAsync(session, run, work, cancellationToken).ConfigureAwait(false);
        return session;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var local in _local.Values)
            await local.Listener.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Puts the repository into the sandbox. One that was made for it and did not get it serves nobody.</summary>
    private async Task PrepareAsync(SandboxSession session, RunContext run, RepositoryWork work, CancellationToken cancellationToken)
    {
        try
        {
            var client = await session.GetClientAsync(cancellationToken).ConfigureAwait(false);
            await SandboxGit.EndEarlierAsync(client, run.Lease.Token, cancellationToken).ConfigureAwait(false);
            await Checkout.EnsureAsync(client, run, work, gateway.Mirrors, options.CommandTimeout, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            if (session.Path == AcquirePath.Fresh)
                await ((Task)pool.Backend.RemoveAsync(session.Sandbox, CancellationToken.None)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    private IReadOnlyDictionary<string, string> EnvironmentOf(RunContext run, RepositoryWork? work)
    {
        var isolated = pool.Backend.IsIsolated;
        var git = work is null ? new Dictionary<string, string>()
            : GitSandboxEnvironment.For(work.Repository, isolated ? GitSandboxEnvironment.InternalUrl : ListenFor(run, work), options.Author);
        return isolated ? git.Concat(trust.Environment).ToDictionary() : git;
    }

    private WireHandlers OpenGates(RunContext run, RepositoryWork? work)
    {
        var hosts = new Dictionary<string, Func<Stream, CancellationToken, Task>>(StringComparer.Ordinal);
        if (work is not null)
        {
            var thread = ThreadOf(work, run, () => run);
            hosts[GitSandboxEnvironment.InternalHost] = (stream, token) => gateway.ServeAsync(thread, stream, token);
        }

        var session = egress.Open(run.Thread.Id, work?.Settings.Egress?.Select(EgressRule.Parse).ToArray(), hosts);
        if (work is not null)
            work.Egress = session;
        return new WireHandlers().AddTunnels(session.ServeAsync);
    }

    /// <summary>Without isolation there are no doors: the gateway listens on loopback, at an address that cannot be guessed, for as
    /// long as the thread's sandbox can be warm.</summary>
    private Uri ListenFor(RunContext run, RepositoryWork work)
    {
        var local = _local.GetOrAdd(run.Thread.Id, _ =>
        {
            LocalGateway? made = null;
            var thread = ThreadOf(work, run, () => made!.Run ?? run);
            made = new LocalGateway(gateway.Listen(thread), thread);
            return made;
        });
        local.Run = run;
        local.Thread.Repository = work.Repository;
        return local.Listener.Url;
    }

    private GitGatewayThread ThreadOf(RepositoryWork work, RunContext run, Func<RunContext> current) => new()
    {
        ThreadId = run.Thread.Id,
        CommitTrailer = options.CoAuthorTrailer(run.Thread.Origin),
        Repository = work.Repository,
        Branch = work.Branch,
        BaseBranch = work.BaseBranch,
        BaseCommit = work.BaseCommit,
        StillHeld = token => current().HoldsLeaseAsync(token),
        OnPush = (decision, token) => RecordPushAsync(current(), work, decision, token),
    };

    private static async ValueTask RecordPushAsync(RunContext run, RepositoryWork work, GitPushDecision decision, CancellationToken cancellationToken)
    {
        if (!decision.Pushed || decision.Commit is null || decision.Commit == run.Facts.PushedCommit)
            return;
        await run.CommitAsync(
            new RunCommit
            {
                Events = [new BranchPushed { Repository = work.Repository.FullName, Branch = work.Branch, Commit = decision.Commit }],
                ChangeFacts = facts => facts with { PushedCommit = decision.Commit },
            },
            cancellationToken).ConfigureAwait(false);
    }

    private sealed class LocalGateway(GitGatewayListener listener, GitGatewayThread thread)
    {
        public GitGatewayThread Thread { get; } = thread;

        public GitGatewayListener Listener { get; } = listener;

        public RunContext? Run { get; set; }
    }
}
