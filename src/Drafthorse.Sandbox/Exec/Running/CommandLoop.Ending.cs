using Drafthorse.Sandbox.Exec.Processes;

namespace Drafthorse.Sandbox.Exec.Running;

internal sealed partial class CommandLoop
{
    /// <summary>Ends all commands, and all that commands have left behind. The task ends when that was tried for as long as is sensible.</summary>
    public Task EndAllAsync()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() =>
        {
            foreach (RunningCommand command in (RunningCommand[])[.. _kills.Waiting, .. _commands])
                BeginKill(command, ExecEnd.Killed);
            _kills.Sweep(All(), ended.SetResult);
        });
        return ended.Task;
    }

    /// <summary>All that commands have started.</summary>
    public ProcessTree All() => ProcessTree.OfAll(_mark, _ownsProcess);

    private void BeginKill(RunningCommand command, ExecEnd reason)
    {
        if (_kills.StopWaiting(command))
        {
            command.Finish(reason, null, null);
            return;
        }

        if (command.KillReason is not null || command.WaitStatus is not null || !_commands.Contains(command))
            return;

        command.KillReason = reason;
        Sweep(command);
    }

    /// <summary>Ends all that a command started and that still runs.</summary>
    private void Sweep(RunningCommand command) => _kills.Sweep(command, TreeOf(command));

    private ProcessTree TreeOf(RunningCommand command) => new(command.ProcessId, command.Start.Mark)
    {
        CountsStrays = _ownsProcess && _commands.Count == 1,
        OtherRoots = [.. _commands.Where(other => other != command).Select(other => other.ProcessId)],
    };
}
