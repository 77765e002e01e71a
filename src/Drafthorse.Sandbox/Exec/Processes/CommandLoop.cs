using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Drafthorse.Sandbox.Exec.Processes;

/// <summary>The one thread that starts commands, moves their input and output, keeps their deadlines and reaps them.</summary>
internal sealed class CommandLoop : IDisposable
{
    private const int ReadSize = 64 * 1024;
    private const int ReadsAtOnce = 4;
    private const int ThrottleMilliseconds = 5;

    /// <summary>How long output is waited for after the shell has ended, when something it left behind holds the pipe open.</summary>
    private const int DrainMilliseconds = 50;

    /// <summary>Pipes held open by what commands left behind, read so that writing to them does not kill it.</summary>
    private const int MaxLeftOpen = 64;

    /// <summary>How often ends are looked for where the system cannot tell.</summary>
    private const int LookMilliseconds = 10;

    /// <summary>How often the first process of a sandbox looks for ended processes that nobody else waits for.</summary>
    private const int OrphanMilliseconds = 1000;

    private readonly ConcurrentQueue<Action> _posted = new();
    private readonly List<RunningCommand> _commands = [];
    private readonly List<RunningCommand> _waiting = [];
    private readonly List<CommandPipe> _leftOpen = [];
    private readonly Lock _wakeGate = new();
    private readonly byte[] _buffer = new byte[ReadSize];
    private readonly (int Read, int Write) _wake;
    private readonly bool _ownsProcess;
    private readonly Thread _thread;
    private int _woken;
    private int _killsUnderWay;
    private bool _stopping;
    private bool _ended;
    private Libc.PollFd[] _polled = new Libc.PollFd[16];

    public CommandLoop(bool ownsProcess)
    {
        _ownsProcess = ownsProcess;
        Libc.KeepInheritedDescriptors();
        _wake = Libc.Pipe();
        Libc.SetNonBlocking(_wake.Read);
        Libc.SetNonBlocking(_wake.Write);
        if (ownsProcess)
            Libc.KeepEndedChildren();

        _thread = new Thread(Run) { IsBackground = true, Name = "sandbox commands" };
        _thread.Start();
    }

    /// <summary>Has something done on the loop's thread.</summary>
    public void Post(Action action)
    {
        _posted.Enqueue(action);
        Wake();
    }

    public void Begin(RunningCommand command) => Post(() => StartOrWait(command));

    public void Kill(RunningCommand command, ExecEnd reason) => Post(() => BeginKill(command, reason));

    public void Dispose()
    {
        Post(() => _stopping = true);
        if (Thread.CurrentThread != _thread)
            _thread.Join();
    }

    private unsafe void Wake()
    {
        if (Interlocked.Exchange(ref _woken, 1) != 0)
            return;

        lock (_wakeGate)
        {
            byte one = 1;
            if (!_ended)
                _ = Libc.write(_wake.Write, &one, 1);
        }
    }

    private unsafe void Run()
    {
        while (true)
        {
            while (_posted.TryDequeue(out Action? action))
                action();

            if (_stopping)
                break;

            KeepDeadlines();
            (int count, int timeout) = Prepare();
            fixed (Libc.PollFd* fds = _polled)
            {
                if (Libc.poll(fds, (nuint)count, timeout) < 0 && Libc.LastError != Libc.EINTR)
                    throw new IOException($"poll failed: {Marshal.GetPInvokeErrorMessage(Libc.LastError)}");
            }

            TakeWake();
            Serve(count);
        }

        foreach (RunningCommand command in _waiting)
            command.Finish(ExecEnd.Killed, null, null);
        foreach (RunningCommand command in _commands)
            Abandon(command);

        foreach (CommandPipe pipe in _leftOpen)
            _ = Libc.close(pipe.Fd);

        lock (_wakeGate)
        {
            _ended = true;
            Close(_wake.Read, _wake.Write);
        }
    }

    private unsafe void TakeWake()
    {
        fixed (byte* buffer = _buffer)
        {
            while (Libc.read(_wake.Read, buffer, ReadSize) > 0)
            {
            }
        }

        // Last: who posts before this writes no byte, but is seen when the queue is looked at next; who posts after it does. The other
        // way round its byte could be read away while it counts as written, and nothing would wake the loop any more.
        Interlocked.Exchange(ref _woken, 0);
    }

    /// <summary>A kill would take a command that starts in its middle for a part of what it kills.</summary>
    private void StartOrWait(RunningCommand command)
    {
        if (_killsUnderWay > 0)
            _waiting.Add(command);
        else
            Start(command);
    }

    private void StartWaiting()
    {
        RunningCommand[] waiting = [.. _waiting];
        _waiting.Clear();
        foreach (RunningCommand command in waiting)
            Start(command);
    }

    private void Start(RunningCommand command)
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
        catch (IOException e)
        {
            Close(output.Read, error.Read, input.Write);
            command.Finish(ExecEnd.FailedToStart, null, $"The command cannot be started: {e.Message}.");
            return;
        }
        finally
        {
            Close(output.Write, error.Write, input.Read);
        }

        Libc.SetNonBlocking(output.Read);
        command.OutputPipe = new CommandPipe(output.Read, isError: false);
        if (!start.Merge)
        {
            Libc.SetNonBlocking(error.Read);
            command.ErrorPipe = new CommandPipe(error.Read, isError: true);
        }

        if (start.Input is not null)
        {
            Libc.SetNonBlocking(input.Write);
            command.InputFd = input.Write;
        }

        command.Storm.Begin();
        command.DeadlineAt = Environment.TickCount64 + (long)start.Timeout.TotalMilliseconds;
        _commands.Add(command);
    }

    private void BeginKill(RunningCommand command, ExecEnd reason)
    {
        if (_waiting.Remove(command))
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
    private void Sweep(RunningCommand command)
    {
        command.IsSwept = true;
        command.KillUnderWay = true;
        _killsUnderWay++;
        var tree = new ProcessTree(command.ProcessId, command.Start.Mark)
        {
            CountsStrays = _ownsProcess && _commands.Count == 1,
            OtherRoots = [.. _commands.Where(other => other != command).Select(other => other.ProcessId)],
        };
        _ = Task.Run(async () =>
        {
            try
            {
                await TreeKill.RunAsync(tree).ConfigureAwait(false);
            }
            finally
            {
                Post(() => EndKill(command));
            }
        });
    }

    private void EndKill(RunningCommand command)
    {
        command.KillUnderWay = false;
        if (--_killsUnderWay == 0)
            StartWaiting();
    }

    private void KeepDeadlines()
    {
        // First, so that who hears of a command's end finds no place of a process taken by what it left behind.
        if (_ownsProcess && _killsUnderWay == 0)
            ReapOrphans();

        long now = Environment.TickCount64;
        for (int i = _commands.Count - 1; i >= 0; i--)
        {
            RunningCommand command = _commands[i];
            if (now >= command.DeadlineAt)
                BeginKill(command, ExecEnd.TimedOut);

            if (command.Pidfd < 0)
                Reap(command);

            if (command.WaitStatus is null || command.KillUnderWay || command.HoldsPipes && now < command.DrainUntil)
                continue;

            if (_ownsProcess && !command.IsSwept && _commands.Count == 1 && command.Storm.Look(now) is { } goesOn)
            {
                if (goesOn)
                    Sweep(command);
                continue;
            }

            Finish(command);
        }
    }

    private (int Count, int Timeout) Prepare()
    {
        int needed = 1 + _commands.Count * 4 + _leftOpen.Count;
        if (_polled.Length < needed)
            _polled = new Libc.PollFd[needed * 2];

        long now = Environment.TickCount64;
        long next = _ownsProcess ? now + OrphanMilliseconds : long.MaxValue;
        int count = 0;
        _polled[count++] = new Libc.PollFd { Fd = _wake.Read, Events = Libc.POLLIN };
        foreach (RunningCommand command in _commands)
        {
            if (command.KillReason is null)
                next = Math.Min(next, command.DeadlineAt);
            if (command.DrainUntil is { } drain)
                next = Math.Min(next, command.Storm.LookAt ?? drain);
            if (command.Pidfd < 0 && command.WaitStatus is null)
                next = Math.Min(next, now + LookMilliseconds);

            bool watched = command.Pidfd >= 0 && command.WaitStatus is null && !command.KillUnderWay;
            _polled[count++] = new Libc.PollFd { Fd = watched ? command.Pidfd : -1, Events = Libc.POLLIN };
            _polled[count++] = new Libc.PollFd { Fd = command.InputFd, Events = Libc.POLLOUT };
            _polled[count++] = Poll(command.OutputPipe);
            _polled[count++] = Poll(command.ErrorPipe);
        }

        foreach (CommandPipe pipe in _leftOpen)
            _polled[count++] = Poll(pipe);

        return (count, next == long.MaxValue ? -1 : (int)Math.Clamp(next - now, 0, int.MaxValue));

        Libc.PollFd Poll(CommandPipe? pipe)
        {
            if (pipe is null || pipe.ReadAgainAt > now)
            {
                next = pipe is null ? next : Math.Min(next, pipe.ReadAgainAt);
                return new Libc.PollFd { Fd = -1 };
            }

            return new Libc.PollFd { Fd = pipe.Fd, Events = Libc.POLLIN };
        }
    }

    private void Serve(int count)
    {
        int at = 1;
        for (int i = 0; i < _commands.Count; i++, at += 4)
        {
            RunningCommand command = _commands[i];
            if (_polled[at + 1].Returned != 0)
                WriteInput(command);
            if (_polled[at + 2].Returned != 0 && !ReadPipe(command.OutputPipe!, command))
                command.OutputPipe = null;
            if (_polled[at + 3].Returned != 0 && !ReadPipe(command.ErrorPipe!, command))
                command.ErrorPipe = null;
            if (_polled[at].Returned != 0)
                Reap(command);
        }

        int first = count - _leftOpen.Count;
        for (int i = _leftOpen.Count - 1; i >= 0; i--)
        {
            if (_polled[first + i].Returned != 0 && !ReadPipe(_leftOpen[i], null))
                _leftOpen.RemoveAt(i);
        }
    }

    /// <summary>Reads what is there; false at the end, when the pipe is closed.</summary>
    private unsafe bool ReadPipe(CommandPipe pipe, RunningCommand? command)
    {
        for (int i = 0; i < ReadsAtOnce; i++)
        {
            nint read;
            fixed (byte* buffer = _buffer)
                read = Libc.read(pipe.Fd, buffer, ReadSize);

            if (read < 0 && (Libc.LastError == Libc.EAGAIN || Libc.LastError == Libc.EINTR))
                return true;

            if (read <= 0)
            {
                _ = Libc.close(pipe.Fd);
                return false;
            }

            command?.Take(pipe.IsError, _buffer.AsSpan(0, (int)read));
            if (read < ReadSize)
                return true;
        }

        // Who prints for ever gets no more of the processor than this.
        if (command is null || (pipe.IsError ? command.Error : command.Output).IsFull)
            pipe.ReadAgainAt = Environment.TickCount64 + ThrottleMilliseconds;

        return true;
    }

    private static unsafe void WriteInput(RunningCommand command)
    {
        byte[] input = command.Start.Input!;
        nint written;
        fixed (byte* bytes = input)
            written = Libc.write(command.InputFd, bytes + command.InputWritten, (nuint)(input.Length - command.InputWritten));

        if (written < 0 && (Libc.LastError == Libc.EAGAIN || Libc.LastError == Libc.EINTR))
            return;

        command.InputWritten += (int)Math.Max(0, written);
        if (written < 0 || command.InputWritten == input.Length)
        {
            _ = Libc.close(command.InputFd);
            command.InputFd = -1;
        }
    }

    private static void Reap(RunningCommand command)
    {
        if (command.WaitStatus is not null || command.KillUnderWay)
            return;

        int pid = Libc.waitpid(command.ProcessId, out int status, Libc.WNOHANG);
        if (pid == command.ProcessId)
            Ended(command, status);
        else if (pid < 0)
            Ended(command, 0);
    }

    private static void Ended(RunningCommand command, int status)
    {
        command.WaitStatus = status;
        command.DrainUntil = Environment.TickCount64 + DrainMilliseconds;
    }

    private void ReapOrphans()
    {
        while (true)
        {
            int pid = Libc.waitpid(-1, out int status, Libc.WNOHANG);
            if (pid <= 0)
                return;

            if (_commands.Find(command => command.ProcessId == pid) is { } command)
                Ended(command, status);
        }
    }

    private void Finish(RunningCommand command)
    {
        _commands.Remove(command);
        Close(command.Pidfd, command.InputFd);
        foreach (CommandPipe? pipe in (ReadOnlySpan<CommandPipe?>)[command.OutputPipe, command.ErrorPipe])
        {
            if (pipe is null)
                continue;

            if (ReadPipe(pipe, command))
                _leftOpen.Add(pipe);
        }

        while (_leftOpen.Count > MaxLeftOpen)
        {
            _ = Libc.close(_leftOpen[0].Fd);
            _leftOpen.RemoveAt(0);
        }

        int status = command.WaitStatus!.Value;
        int signal = status & 0x7F;
        if (command.KillReason is { } reason)
            command.Finish(reason, null, null);
        else
            command.Finish(ExecEnd.Exited, signal == 0 ? status >> 8 & 0xFF : 128 + signal, null);
    }

    /// <summary>The loop ends: nobody will wait for this one any more.</summary>
    private static void Abandon(RunningCommand command)
    {
        new ProcessTree(command.ProcessId, command.Start.Mark).FreezeAndKill();
        Close(command.Pidfd, command.InputFd, command.OutputPipe?.Fd ?? -1, command.ErrorPipe?.Fd ?? -1);
        _ = Libc.waitpid(command.ProcessId, out _, 0);
        command.Finish(ExecEnd.Killed, null, "The sandbox was shut down.");
    }

    private static void Close(params ReadOnlySpan<int> fds)
    {
        foreach (int fd in fds)
        {
            if (fd >= 0)
                _ = Libc.close(fd);
        }
    }
}
