using Drafthorse.Sandbox.Exec.Processes;

namespace Drafthorse.Sandbox.Exec.Running;

/// <summary>Starts the process of a command, with its pipes.</summary>
internal static class CommandStarter
{
    /// <summary>Throws <see cref="IOException"/>, and leaves nothing open then.</summary>
    public static void Start(RunningCommand command)
    {
        CommandStart start = command.Start;
        (int Read, int Write) output = (-1, -1);
        (int Read, int Write) error = (-1, -1);
        (int Read, int Write) input = (-1, -1);
        try
        {
            output = Libc.Pipe();
            if (!start.Merge)
                error = Libc.Pipe();
            if (start.Input is not null)
                input = Libc.Pipe();

            command.ProcessId = Spawner.Start(
                start.Arguments, start.Environment, start.Directory, input.Read, output.Write, start.Merge ? output.Write : error.Write);
            command.Pidfd = Libc.OpenPidfd(command.ProcessId);
        }
        catch (IOException)
        {
            Libc.Close(output.Read, error.Read, input.Write);
            throw;
        }
        finally
        {
            Libc.Close(output.Write, error.Write, input.Read);
        }

        command.OutputPipe = new CommandPipe(output.Read, isError: false);
        command.ErrorPipe = start.Merge ? null : new CommandPipe(error.Read, isError: true);
        command.InputPipe = start.Input is { } bytes ? new InputPipe(input.Write, bytes) : null;
    }
}
