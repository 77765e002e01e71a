using Drafthorse.Folders.Copies;
using Drafthorse.Folders.Snapshots;
using Drafthorse.Harness;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Threads;
using Drafthorse.Sandbox.Wire;

namespace Drafthorse.Folders;

/// <summary>Gives runs without a repository of a code host this machine's folder in their isolated sandbox, and the folder their changes.</summary>
internal sealed class FolderMiddleware(string folder, string stateDirectory) : IAgentMiddleware
{
    private const int Named = 6;
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private volatile bool _keepsWork;

    /// <summary>Whether a sandbox still has work that is not in the folder.</summary>
    public bool KeepsWork => _keepsWork;

    public async Task<RunOutcome> OnRunAsync(RunContext run, Func<CancellationToken, Task<RunOutcome>> next, CancellationToken cancellationToken)
    {
        if (run.Thread.Origin.Repository is not null)
            return await next(cancellationToken);
        FolderSnapshots states;
        try
        {
            states = await FolderSnapshots.OpenAsync(folder, stateDirectory, cancellationToken);

            // What is left out is known once the folder was looked at, and a person should hear of it before the work begins.
            if (_told.Count == 0)
                await states.TakeAsync(cancellationToken);
        }
        catch (FolderException exception)
        {
            return new RunOutcome { Status = ThreadStatus.Failed, Reason = exception.Message, Failure = FailureKind.Sandbox };
        }

        foreach (var note in NotTold(states))
            await run.TellModelAsync("folder", note, cancellationToken);
        run.Set(states);
        run.WorkingDirectory = Path.Combine(FolderCarrier.Inside(states.Facts), states.Facts.Below);
        RunOutcome outcome;
        try
        {
            outcome = await next(cancellationToken);
        }
        catch (OperationCanceledException) when (run.Get<Visit>() is not null)
        {
            // Stopped by a person, the work so far is theirs; whoever has lost the thread brings nothing out any more.
            if (await run.HoldsLeaseAsync(CancellationToken.None))
                await TellAsync(run, await BringOutAsync(run, states, CancellationToken.None));
            throw;
        }

        if (run.Get<Visit>() is null)
            return outcome;
        var (result, failure) = await BringOutAsync(run, states, cancellationToken);
        await TellModelAsync(run, result, cancellationToken);
        return failure is null
            ? outcome with { Notes = [.. outcome.Notes, .. NotTold(states), .. Describe(result)] }
            : outcome with { Status = ThreadStatus.Failed, Failure = FailureKind.Sandbox, Reason = $"The changes could not be brought out of the sandbox; they are kept there, and the next message tries again: {failure}" };
    }

    /// <summary>Brings the folder into the sandbox that a run has just taken.</summary>
    public static async Task<SandboxSession> EnterAsync(RunContext run, SandboxSession session, CancellationToken cancellationToken)
    {
        if (run.Thread.Origin.Repository is not null)
            return session;
        try
        {
            var earlier = await FolderCarrier.EnterAsync(run.Get<FolderSnapshots>()!, run.Thread.Id, new SandboxShell(await session.GetClientAsync(cancellationToken)), cancellationToken);
            run.Set(new Visit(earlier));
            return session;
        }
        catch (FolderException exception)
        {
            await session.DisposeAsync();
            throw new SandboxException(exception.Message, exception);
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <summary>Forgets a thread's copy, when its sandbox is gone for good.</summary>
    public async Task ForgetAsync(ThreadId thread, CancellationToken cancellationToken)
    {
        var states = await FolderSnapshots.OpenAsync(folder, stateDirectory, cancellationToken);
        await states.ForgetAsync($"{thread}", cancellationToken);
    }

    private async Task<(FolderResult Result, string? Failure)> BringOutAsync(RunContext run, FolderSnapshots states, CancellationToken cancellationToken)
    {
        _keepsWork = true;
        try
        {
            var result = await FolderCarrier.BringOutAsync(states, run.Thread.Id, new SandboxShell(await run.GetSandboxClientAsync(cancellationToken)), cancellationToken);
            var earlier = run.Get<Visit>()!.Earlier;
            result.Changed.InsertRange(0, earlier.Changed);
            result.Refused.InsertRange(0, earlier.Refused);
            _keepsWork = result.Refused.Count > 0;
            return (result, null);
        }
        catch (Exception exception) when (exception is FolderException or SandboxException or SandboxCallException or WireException)
        {
            return (run.Get<Visit>()!.Earlier, exception.Message);
        }
    }

    /// <summary>What was not said before; an empty line says that all was looked at.</summary>
    private List<string> NotTold(FolderSnapshots states)
    {
        var notes = states.Notes.Where(_told.Add).ToList();
        _told.Add("");
        return notes;
    }

    private static async Task TellAsync(RunContext run, (FolderResult Result, string? Failure) brought)
    {
        var text = brought.Failure ?? string.Join('\n', Describe(brought.Result));
        if (text.Length > 0)
            await run.TellModelAsync("folder", text, CancellationToken.None);
    }

    private static Task TellModelAsync(RunContext run, FolderResult result, CancellationToken cancellationToken) => result.Refused.Count == 0
        ? Task.CompletedTask
        : run.TellModelAsync("folder", "Some of what you changed was not brought to the user's folder.", cancellationToken, string.Join('\n', result.Refused.Take(Named).Select(refused => $"{refused.Path}: {refused.Why}")));

    private static IEnumerable<string> Describe(FolderResult result)
    {
        var changed = result.Changed.Select(change => change.Path).Distinct(StringComparer.Ordinal).ToList();
        if (changed.Count > 0)
            yield return $"Changed in the folder: {string.Join(", ", changed.Take(Named))}{(changed.Count > Named ? $" and {changed.Count - Named} more" : "")}";
        foreach (var (path, why) in result.Refused.Take(Named))
            yield return $"Not brought to the folder: {path}: {why}";
        if (result.Refused.Count > Named)
            yield return $"Not brought to the folder: {result.Refused.Count - Named} more";
    }

    /// <summary>That the run has the sandbox with the folder in it, and what came out of it before.</summary>
    private sealed record Visit(FolderResult Earlier);
}
