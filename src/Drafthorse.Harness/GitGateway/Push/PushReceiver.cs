using Drafthorse.Harness.GitGateway.Git;
using Drafthorse.Harness.GitGateway.Http;
using Drafthorse.Harness.GitGateway.Mirrors;
using Drafthorse.Harness.GitGateway.Push.Leaving;
using Microsoft.Extensions.Logging;

namespace Drafthorse.Harness.GitGateway.Push;

/// <summary>
/// Takes one push from its commands to the code host: command policy, fence, quarantine, object policy, fence again, and a
/// fast-forward of exactly that commit. A refusal leaves nothing behind, and a retry after a crash finds the work done.
/// </summary>
internal sealed class PushReceiver(RepositoryMirrors mirrors, ProcessSlots slots, ILogger logger)
{
    private readonly GitProcess _git = mirrors.Git;

    /// <summary>Decides a push. What the code host or git could not do is a refusal too, with the reason.</summary>
    public async Task<GitPushDecision> ReceiveAsync(
        GitGatewayThread thread, PushCommands push, HttpBody pack, PushReport report, CancellationToken cancellationToken)
    {
        string? before = null;
        PushRefusal? refusal;
        var approved = new HashSet<string>(StringComparer.Ordinal);
        await thread.PushGate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var history = thread.History?.Invoke() ?? new GitBranchHistory(null, null);
            refusal = CommandPolicy.Refuse(push, thread) ?? await RefuseUnheldAsync(thread, cancellationToken).ConfigureAwait(false);
            try
            {
                if (refusal is null)
                    (before, refusal) = await MoveBranchAsync(thread, history, push, pack, report, approved, cancellationToken).ConfigureAwait(false);
            }
            catch (GitException exception)
            {
                refusal = new PushRefusal(exception.Message);
            }

            var decision = new GitPushDecision
            {
                At = mirrors.Time.GetUtcNow(),
                ThreadId = thread.ThreadId,
                Repository = thread.Repository,
                Refs = [.. push.Commands.Select(command => Printable.Line(command.Ref, 200))],
                OldCommit = before,
                Commit = push.Commands is [var only] ? only.New : null,
                // What a person has let through is theirs from here on.
                PersonsCommit = push.Commands is [{ New: var through }] && approved.Contains(through) ? through
                    : push.Commands is [{ New: var pushed }] && before == pushed ? history.PersonsCommit : history.PersonsCommitAt(before),
                Pushed = refusal is null,
                Reason = refusal?.Reason ?? "",
                ProtectedPaths = refusal?.ProtectedPaths ?? [],
                Findings = refusal?.Findings ?? [],
            };
            GitGatewayLog.PushDecided(logger, thread.ThreadId, decision.Pushed, decision.Commit, decision.Reason);
            if (thread.OnPush is not null)
                await thread.OnPush(decision, cancellationToken).ConfigureAwait(false);
            return decision;
        }
        finally
        {
            thread.PushGate.Release();
        }
    }

    private async Task<(string? Before, PushRefusal? Refusal)> MoveBranchAsync(
        GitGatewayThread thread, GitBranchHistory history, PushCommands push, HttpBody pack, PushReport report, HashSet<string> approved, CancellationToken cancellationToken)
    {
        var command = push.Commands[0];
        var mirror = mirrors.Get(thread.Repository);
        await mirror.RefreshAsync(mirrors.Options.MirrorFreshness, cancellationToken).ConfigureAwait(false);
        var before = await mirror.ResolveAsync(command.Ref, cancellationToken).ConfigureAwait(false);
        if (before == command.New)
            return (before, null);
        if ((before ?? ObjectId.Zero) != command.Old)
        {
            return (before, new PushRefusal(
                "not a fast-forward: the branch on the code host moved meanwhile. Fetch, merge or rebase onto it, and push again."));
        }

        using var quarantine = await Quarantine.CreateAsync(mirrors.Root, mirror, command, cancellationToken).ConfigureAwait(false);
        using var received = await SpooledBody.ReadAsync(pack, quarantine.Directory, mirrors.Options.MaxPushBytes, cancellationToken).ConfigureAwait(false);
        if (received is null)
            return (before, new PushRefusal(mirrors.Options.Unpack.PackIsTooLarge));
        using var slot = await slots.TakeAsync(thread, cancellationToken).ConfigureAwait(false);
        var refusal = await quarantine.ReceiveAsync(_git, mirrors.Options, push, received, cancellationToken).ConfigureAwait(false);
        if (refusal is not null)
            return (before, refusal);
        await report.SayAsync($"checking {command.New[..12]} for {thread.Branch}", cancellationToken).ConfigureAwait(false);
        // Receiving can take long, and the client's base may have come from another replica's mirror: judged is by the base as it is now.
        await mirror.RefreshAsync(TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        var ground = new ObjectPolicy.Ground(before, thread.BaseCommit, await FindBaseTipAsync(thread, mirror, cancellationToken).ConfigureAwait(false), history.PersonsCommitAt(before));
        (refusal, var isApproved) = await JudgeObjectsAsync(thread, mirror, quarantine, command.New, ground, cancellationToken).ConfigureAwait(false);
        if (isApproved)
            approved.Add(command.New);
        refusal ??= await new MessagePolicy(_git, mirrors.Options, quarantine.Directory).RefuseAsync(command.New, thread, mirror, cancellationToken).ConfigureAwait(false)
            ?? await RefuseUnheldAsync(thread, cancellationToken).ConfigureAwait(false)
            ?? await ForwardAsync(thread, mirror, quarantine, command, cancellationToken).ConfigureAwait(false);
        return (before, refusal);
    }

    /// <summary>What the objects are refused for, and whether a person has let through what else was found.</summary>
    private async Task<(PushRefusal? Refusal, bool IsApproved)> JudgeObjectsAsync(
        GitGatewayThread thread, RepositoryMirror mirror, Quarantine quarantine, string commit, ObjectPolicy.Ground ground, CancellationToken cancellationToken)
    {
        var refusal = await new ObjectPolicy(_git, mirrors.Options, quarantine.Directory).RefuseAsync(commit, ground, cancellationToken).ConfigureAwait(false);
        if (thread.MayLeave is null || refusal is { ProtectedPaths.Count: 0 })
            return (refusal, false);
        var known = (await mirror.ReadBranchesAsync(cancellationToken).ConfigureAwait(false)).Select(branch => branch.Commit).Concat(thread.BaseCommit is { } start ? [start] : []);
        var found = await new LeavingPolicy(_git, mirrors.Options.Unpack, quarantine.Directory).FindAsync(commit, known, ground.BaseTip ?? ground.BaseCommit, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<PushFinding> findings = [.. (refusal?.ProtectedPaths ?? []).Select(path => new PushFinding(path, PushFinding.Protected)), .. found];
        if (findings.Count == 0)
            return (null, false);
        if (thread.MayLeave(commit, findings))
            return (null, true);
        return (refusal is not null && found.Count == 0 ? refusal with { Findings = findings } : PushFinding.Refuse(findings) with { ProtectedPaths = refusal?.ProtectedPaths ?? [] }, false);
    }

    private static async Task<PushRefusal?> RefuseUnheldAsync(GitGatewayThread thread, CancellationToken cancellationToken) =>
        await thread.StillHeld(cancellationToken).ConfigureAwait(false)
            ? null
            : new PushRefusal("this run no longer owns its thread: another one took it over. Nothing was pushed.");

    /// <summary>The base branch's commit; where that branch is gone, the default branch's, which code hosts then offer the draft to.</summary>
    private static async Task<string?> FindBaseTipAsync(GitGatewayThread thread, RepositoryMirror mirror, CancellationToken cancellationToken)
    {
        var tip = thread.BaseBranch is { } branch ? await mirror.ResolveAsync($"refs/heads/{branch}", cancellationToken).ConfigureAwait(false) : null;
        return tip ?? await mirror.ResolveAsync($"refs/heads/{await mirror.ReadDefaultBranchAsync(cancellationToken).ConfigureAwait(false)}", cancellationToken).ConfigureAwait(false);
    }

    // With the expected commit named, the code host moves the branch only from there: the one place where two pushes can race.
    private async Task<PushRefusal?> ForwardAsync(
        GitGatewayThread thread, RepositoryMirror mirror, Quarantine quarantine, PushCommand command, CancellationToken cancellationToken)
    {
        var expected = command.Old == ObjectId.Zero ? "" : command.Old;
        var push = new GitCommand(
            "push", "--porcelain", "--quiet", "--no-verify", "--no-signed", "--no-follow-tags", "--recurse-submodules=no",
            $"--force-with-lease={command.Ref}:{expected}", "--", thread.Repository.CloneUrl, $"{command.New}:{command.Ref}")
        {
            GitDirectory = quarantine.Directory,
        };
        var forward = await mirror.ToUpstreamAsync(mirrors.Options.Unpack.Apply(push, quarantine.Directory), GitAccess.Write, cancellationToken).ConfigureAwait(false);
        var result = await _git.RunAsync(forward, cancellationToken).ConfigureAwait(false);
        mirror.MarkStale();
        if (result.ExitCode == 0)
            return null;
        await mirror.RefreshAsync(TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        var now = await mirror.ResolveAsync(command.Ref, cancellationToken).ConfigureAwait(false);
        if (now == command.New)
            return null;
        return now != (expected.Length == 0 ? null : expected)
            ? new PushRefusal("not a fast-forward: the branch on the code host moved meanwhile. Fetch, merge or rebase onto it, and push again.")
            : new PushRefusal($"the code host refused it: {Upstream.ExplainPush(result)}");
    }
}
