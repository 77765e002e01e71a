using Drafthorse.Harness.Guards;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.TestReports;
using Drafthorse.Harness.Threads;
using Drafthorse.Sandbox.Exec;

namespace Drafthorse.Harness.DoneGates;

/// <summary>The done gate of a run whose work stays where it is. Where a draft is made of it, the draft's own ending judges instead.</summary>
internal sealed class DoneGateMiddleware(DoneGateOptions options) : IAgentMiddleware
{
    private readonly DoneGate _gate = new(options);

    public async Task<RunOutcome> OnRunAsync(RunContext run, Func<CancellationToken, Task<RunOutcome>> next, CancellationToken cancellationToken)
    {
        if (run.Get<DoneGate>() is not null)
            return await next(cancellationToken).ConfigureAwait(false);
        run.Set(new RunChanges());
        while (true)
        {
            var outcome = await next(cancellationToken).ConfigureAwait(false);
            if (outcome.Status != ThreadStatus.Done)
                return outcome;
            var evidence = await CollectAsync(run, cancellationToken).ConfigureAwait(false);
            var verdict = await _gate.JudgeAsync(run, outcome, evidence, cancellationToken).ConfigureAwait(false);
            if (!verdict.IsTold)
                return outcome with { Notes = [.. outcome.Notes, .. Failed(evidence), .. verdict.Notes] };
        }
    }

    /// <summary>Before the first call that may change something, the work tree is as the run found it.</summary>
    public async Task<ToolOutput> OnToolCallAsync(ToolCall call, Func<ToolCall, CancellationToken, Task<ToolOutput>> next, CancellationToken cancellationToken)
    {
        if (call.Effect == ToolEffect.Read || call.Run.Get<RunChanges>() is not { } changes)
            return await next(call, cancellationToken).ConfigureAwait(false);
        if (!changes.IsLookedAt)
        {
            changes.Before = call.Effect == ToolEffect.Write || call.Run.Facts.Sandbox is not null ? await TreeState.ReadAsync(call.Run, null, cancellationToken).ConfigureAwait(false) : null;
            changes.IsLookedAt = true;
        }

        var output = await next(call, cancellationToken).ConfigureAwait(false);
        changes.HasWritten |= call.Effect == ToolEffect.Write && !output.IsError && call.Tool is not ("execute" or "execute_kill");
        return output;
    }

    private async Task<DoneEvidence> CollectAsync(RunContext run, CancellationToken cancellationToken)
    {
        var changes = run.Get<RunChanges>()!;
        var now = run.Facts.Sandbox is null ? null : await TreeState.ReadAsync(run, run.Claim.TakenOver ? null : changes.Before?.Base, cancellationToken).ConfigureAwait(false);
        var evidence = new DoneEvidence
        {
            Commit = now?.Hash,
            IsChanged = IsChanged(run, changes, now),
            ChangedLines = now is null && !options.AsksWhereNothingIsCounted ? 0
                : now is null || changes.Before is null || run.Claim.TakenOver ? long.MaxValue : Math.Max(1, Math.Abs(now.Lines - changes.Before.Lines)),
            HasVerify = options.Verify.Count > 0,
            MaxFixRounds = options.MaxFixRounds,
        };
        return evidence.IsChanged && evidence.HasVerify
            ? evidence with { Verified = await VerifyAsync(run, now?.Hash, cancellationToken).ConfigureAwait(false) }
            : evidence;
    }

    private static bool IsChanged(RunContext run, RunChanges changes, TreeState? now)
    {
        if (now is null)
            return changes.HasWritten;
        // How an owner before found the tree nobody knows any more.
        return run.Claim.TakenOver ? now.Lines > 0 || changes.HasWritten || run.Conversation.Verified is not null
            : changes.Before is { } before ? before.Hash != now.Hash
            : changes.HasWritten;
    }

    private async Task<IReadOnlyList<VerifyResult>> VerifyAsync(RunContext run, string? tree, CancellationToken cancellationToken)
    {
        var last = run.Conversation.Verified;
        if (last is not null && tree is not null && last.Commit == tree)
            return last.Results;
        var results = new List<VerifyResult>();
        foreach (var command in options.Verify)
        {
            results.Add(VerifyOutcome.Of(command, await ExecAsync(run, command, cancellationToken).ConfigureAwait(false)));
            if (results[^1].ExitCode != 0)
                break;
        }

        var finished = new VerifyFinished { Round = (last?.Round ?? 0) + 1, Commit = tree ?? "", Results = results, Passed = results.TrueForAll(result => result.ExitCode == 0) };
        await run.CommitAsync(new RunCommit { Events = [finished] }, cancellationToken).ConfigureAwait(false);
        return run.Conversation.Verified!.Results;
    }

    private async Task<ExecResult> ExecAsync(RunContext run, string command, CancellationToken cancellationToken)
    {
        var sandbox = await run.GetSandboxClientAsync(cancellationToken).ConfigureAwait(false);
        var request = new ExecRequest
        {
            CallId = CodeCommands.NewCallId(run.Lease.Token),
            Command = command,
            WorkingDirectory = run.WorkingDirectory,
            OutputLimit = VerifyOutcome.OutputLimit,
            Timeout = options.CommandTimeout,
        };
        return await CodeCommands.RunAsync(sandbox, request, cancellationToken).ConfigureAwait(false);
    }

    private static IEnumerable<string> Failed(DoneEvidence evidence) =>
        evidence.Red is { } red ? [$"Verify failed: `{red.Command}` {DoneMessage.HowItEnded(red)}."] : [];

    /// <summary>What a run is known to have changed.</summary>
    private sealed class RunChanges
    {
        public bool IsLookedAt { get; set; }

        public bool HasWritten { get; set; }

        public TreeState? Before { get; set; }
    }
}
