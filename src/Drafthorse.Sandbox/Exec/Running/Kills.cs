using Drafthorse.Sandbox.Exec.Processes;

namespace Drafthorse.Sandbox.Exec.Running;

/// <summary>Kills that are under way. A command that starts in the middle of one would be taken for a part of what it kills, so it waits.</summary>
/// <param name="post">Has something done on the loop's thread, as all here but the killing itself.</param>
/// <param name="start">Starts a command.</param>
internal sealed class Kills(Action<Action> post, Action<RunningCommand> start)
{
    private readonly List<RunningCommand> _waiting = [];
    private int _underWay;

    public bool AreUnderWay => _underWay > 0;

    /// <summary>Commands that were not started yet.</summary>
    public IReadOnlyList<RunningCommand> Waiting => _waiting;

    public void StartOrWait(RunningCommand command)
    {
        if (AreUnderWay)
            _waiting.Add(command);
        else
            start(command);
    }

    /// <summary>Whether it was still waiting, and does so no more.</summary>
    public bool StopWaiting(RunningCommand command) => _waiting.Remove(command);

    /// <summary>Ends all that a command started and that still runs.</summary>
    public void Sweep(RunningCommand command, ProcessTree tree)
    {
        command.IsSwept = true;
        command.KillUnderWay = true;
        Sweep(tree, () => command.KillUnderWay = false);
    }

    /// <summary>Ends processes, then does something.</summary>
    public void Sweep(ProcessTree tree, Action done)
    {
        _underWay++;
        _ = Task.Run(async () =>
        {
            try
            {
                await TreeKill.RunAsync(tree).ConfigureAwait(false);
            }
            finally
            {
                post(() => End(done));
            }
        });
    }

    private void End(Action done)
    {
        done();
        if (--_underWay > 0)
            return;

        RunningCommand[] waiting = [.. _waiting];
        _waiting.Clear();
        foreach (RunningCommand next in waiting)
            start(next);
    }
}
