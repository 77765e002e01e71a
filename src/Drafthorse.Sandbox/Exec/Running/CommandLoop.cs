using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Drafthorse.Sandbox.Exec.Processes;

namespace Drafthorse.Sandbox.Exec.Running;

/// <summary>The one thread that starts commands, moves their input and output, keeps their deadlines and reaps them.</summary>
internal sealed partial class CommandLoop : IDisposable
{
    private const int ReadSize = 64 * 1024;

    /// <summary>How often ends are looked for where the system cannot tell.</summary>
    private const int LookMilliseconds = 10;

    /// <summary>How often the first process of a sandbox looks for ended processes that nobody else waits for.</summary>
    private const int OrphanMilliseconds = 1000;

    private readonly ConcurrentQueue<Action> _posted = new();
    private readonly List<RunningCommand> _commands = [];
    private readonly LeftOpenPipes _leftOpen = new();
    private readonly Kills _kills;
    private readonly byte[] _buffer = new byte[ReadSize];
    private readonly WakePipe _wake;
    private readonly bool _ownsProcess;
    private readonly string _mark;
    private readonly Shortages _shortages;
    private readonly Thread _thread;
    private bool _stopping;
    private Libc.PollFd[] _polled = new Libc.PollFd[16];

    /// <param name="ownsProcess">Whether all children of this process are of commands.</param>
    /// <param name="mark">How the marks of all commands end.</param>
    /// <param name="shortages">Finds out what ran out when a command fails.</param>
    public CommandLoop(bool ownsProcess, string mark, Shortages shortages)
    {
        _shortages = shortages;
        _ownsProcess = ownsProcess;
        _mark = mark;
        Libc.KeepInheritedDescriptors();
        _wake = new WakePipe();
        _kills = new Kills(Post, Start);
        if (ownsProcess)
            Libc.KeepEndedChildren();

        _thread = new Thread(Run) { IsBackground = true, Name = "sandbox commands" };
        _thread.Start();
    }

    /// <summary>Has something done on the loop's thread.</summary>
    public void Post(Action action)
    {
        _posted.Enqueue(action);
        _wake.Wake();
    }

    public void Begin(RunningCommand command) => Post(() => _kills.StartOrWait(command));

    public void Kill(RunningCommand command, ExecEnd reason) => Post(() => BeginKill(command, reason));

    public void Dispose()
    {
        Post(() => _stopping = true);
        if (Thread.CurrentThread != _thread)
            _thread.Join();
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

            _wake.Take();
            Serve(count);
        }

        foreach (RunningCommand command in _kills.Waiting)
            command.Finish(ExecEnd.Killed, null, null);
        foreach (RunningCommand command in _commands)
            command.Abandon();

        // A host that goes on without the sandbox keeps nothing that was started in it.
        All().FreezeAndKill();
        _leftOpen.Close();
        _wake.Dispose();
    }

    private void Start(RunningCommand command)
    {
        command.CountedBefore = _shortages.Count();
        try
        {
            CommandStarter.Start(command);
        }
        catch (IOException e)
        {
            command.Finish(ExecEnd.FailedToStart, null, $"The command cannot be started: {e.Message}.");
            return;
        }

        command.Storm.Begin();
        command.DeadlineAt = Environment.TickCount64 + (long)command.Start.Timeout.TotalMilliseconds;
        _commands.Add(command);
    }

    private void KeepDeadlines()
    {
        // First, so that who hears of a command's end finds no place of a process taken by what it left behind.
        if (_ownsProcess && !_kills.AreUnderWay)
            ReapOrphans();

        long now = Environment.TickCount64;
        for (int i = _commands.Count - 1; i >= 0; i--)
        {
            RunningCommand command = _commands[i];
            if (now >= command.DeadlineAt)
                BeginKill(command, ExecEnd.TimedOut);

            if (command.Pidfd < 0)
                command.Reap();

            if (command.WaitStatus is null || command.KillUnderWay || command.AwaitsOutput(now))
                continue;

            if (_ownsProcess && !command.IsSwept && _commands.Count == 1 && command.Storm.Look(now, () => TreeOf(command).CountAlive()) is { } goesOn)
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
        int needed = 1 + _commands.Count * 4 + _leftOpen.All.Count;
        if (_polled.Length < needed)
            _polled = new Libc.PollFd[needed * 2];

        long now = Environment.TickCount64;
        long next = _ownsProcess ? now + OrphanMilliseconds : long.MaxValue;
        int count = 0;
        _polled[count++] = new Libc.PollFd { Fd = _wake.Fd, Events = Libc.POLLIN };
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
            _polled[count++] = new Libc.PollFd { Fd = command.InputPipe?.Fd ?? -1, Events = Libc.POLLOUT };
            _polled[count++] = Poll(command.OutputPipe);
            _polled[count++] = Poll(command.ErrorPipe);
        }

        foreach (CommandPipe pipe in _leftOpen.All)
            _polled[count++] = Poll(pipe);

        return (count, next == long.MaxValue ? -1 : (int)Math.Clamp(next - now, 0, int.MaxValue));

        Libc.PollFd Poll(CommandPipe? pipe)
        {
            if (pipe is null || pipe.ReadAgainAt > now)
            {
                next = pipe is null ? next : Math.Min(next, pipe.ReadAgainAt);
                return new Libc.PollFd { Fd = -1 };
            }

            return pipe.Poll;
        }
    }

    private void Serve(int count)
    {
        int at = 1;
        for (int i = 0; i < _commands.Count; i++, at += 4)
        {
            RunningCommand command = _commands[i];
            if (_polled[at + 1].Returned != 0)
                command.InputPipe!.Write();
            if (_polled[at + 2].Returned != 0 && !command.OutputPipe!.Read(_buffer, command))
                command.OutputPipe = null;
            if (_polled[at + 3].Returned != 0 && !command.ErrorPipe!.Read(_buffer, command))
                command.ErrorPipe = null;
            if (_polled[at].Returned != 0)
                command.Reap();
        }

        _leftOpen.Read(_polled.AsSpan(0, count), _buffer);
    }

    private void ReapOrphans()
    {
        while (true)
        {
            int pid = Libc.waitpid(-1, out int status, Libc.WNOHANG);
            if (pid <= 0)
                return;

            if (_commands.Find(command => command.ProcessId == pid) is { } command)
                command.Ended(status);
        }
    }

    private void Finish(RunningCommand command)
    {
        _commands.Remove(command);
        command.CloseAllButOutput();
        foreach (CommandPipe? pipe in (ReadOnlySpan<CommandPipe?>)[command.OutputPipe, command.ErrorPipe])
        {
            if (pipe?.Read(_buffer, command) == true)
                _leftOpen.Add(pipe);
        }

        command.FinishEnded(_shortages);
    }
}
