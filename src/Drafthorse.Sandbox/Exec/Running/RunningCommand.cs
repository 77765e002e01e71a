using System.Diagnostics;
using Drafthorse.Sandbox.Exec.Processes;

namespace Drafthorse.Sandbox.Exec.Running;

/// <summary>What a command is started with, checked and made exact.</summary>
internal sealed record CommandStart(
    string CallId, string[] Arguments, string[] Environment, string Directory, byte[]? Input, TimeSpan Timeout, bool Merge, string Mark);

/// <summary>One process with its pipes. Belongs to the <see cref="CommandLoop"/>'s thread, but for what says otherwise.</summary>
internal sealed class RunningCommand(CommandStart start, OutputBuffer output, OutputBuffer error) : IDisposable
{
    /// <summary>How long output is waited for after the shell has ended, when something it left behind holds the pipe open; after that it
    /// is looked again whether any of its group lives.</summary>
    private const int DrainMilliseconds = 50;

    /// <summary>How long the group's late output is waited for in all: a process substitution goes on when its shell has ended.</summary>
    private const int LateMilliseconds = 2000;

    private readonly TaskCompletionSource<ExecReport> _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<LiveOutput> _live = [];
    private readonly long _startedAt = Stopwatch.GetTimestamp();
    private long _totalBytes;
    private long _keptBytes;
    private string? _outputPath;
    private long _lateUntil;

    public CommandStart Start { get; } = start;

    /// <summary>The result; from any thread.</summary>
    public Task<ExecReport> Finished => _finished.Task;

    /// <summary>From any thread.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_startedAt);

    /// <summary>From any thread.</summary>
    public long TotalBytes => Volatile.Read(ref _totalBytes);

    /// <summary>From any thread.</summary>
    public string? OutputPath => Volatile.Read(ref _outputPath);

    public OutputBuffer Output { get; } = output;

    public OutputBuffer Error { get; } = error;

    /// <summary>Whether the command is in the background; its output is read from its file.</summary>
    public bool IsBackground => Output.SpillsAlways;

    /// <summary>The bytes of the result, once it is finished.</summary>
    public IReadOnlyList<byte[]> Kept { get; private set; } = [];

    /// <summary>Bytes of the result, 0 until it is finished; from any thread.</summary>
    public long KeptBytes => Volatile.Read(ref _keptBytes);

    public int ProcessId { get; set; }

    public int Pidfd { get; set; } = -1;

    public CommandPipe? OutputPipe { get; set; }

    public CommandPipe? ErrorPipe { get; set; }

    public InputPipe? InputPipe { get; set; }

    public int? WaitStatus { get; private set; }

    /// <summary>Why it is being killed, or null.</summary>
    public ExecEnd? KillReason { get; set; }

    /// <summary>Whether a kill is under way; the first process is not reaped meanwhile.</summary>
    public bool KillUnderWay { get; set; }

    /// <summary>Whether all that it started was ended.</summary>
    public bool IsSwept { get; set; }

    /// <summary>Whether somebody may still write output.</summary>
    public bool HoldsPipes => OutputPipe is not null || ErrorPipe is not null;

    /// <summary>Whether it goes on forking after its end.</summary>
    public ForkStorm Storm { get; } = new();

    /// <summary>When it is looked again whether output is waited for that others hold open, as <see cref="System.Environment.TickCount64"/>.</summary>
    public long? DrainUntil { get; private set; }

    public long DeadlineAt { get; set; }

    /// <summary>What the kernel had counted of the sandbox when the command began.</summary>
    public (long Killed, long Refused) CountedBefore { get; set; }

    public void Take(bool isError, ReadOnlySpan<byte> data)
    {
        (isError ? Error : Output).Append(data);
        Volatile.Write(ref _totalBytes, Output.Total + Error.Total);
        Volatile.Write(ref _outputPath, Output.SpillPath);
        foreach (LiveOutput live in _live)
            live.Publish(isError, data);
    }

    /// <summary>Sends output to a reader, first what there was before it came.</summary>
    public void Attach(LiveOutput live)
    {
        if (Finished.IsCompleted)
        {
            ExecReport report = Finished.Result;
            live.CatchUp(false, Kept[0], Kept[1], report.Output.Total);
            live.CatchUp(true, Kept[2], Kept[3], report.ErrorOutput.Total);
            live.Complete();
            return;
        }

        live.CatchUp(false, Output.Head, [], Output.Total);
        live.CatchUp(true, Error.Head, [], Error.Total);
        _live.Add(live);
    }

    public void Detach(LiveOutput live) => _live.Remove(live);

    /// <summary>Asks the system whether the process has ended.</summary>
    public void Reap()
    {
        if (WaitStatus is not null || KillUnderWay)
            return;

        int pid = Libc.waitpid(ProcessId, out int status, Libc.WNOHANG);
        if (pid == ProcessId)
            Ended(status);
        else if (pid < 0)
            Ended(0);
    }

    /// <summary>The process has ended.</summary>
    public void Ended(int status)
    {
        WaitStatus = status;
        long now = Environment.TickCount64;
        DrainUntil = now + DrainMilliseconds;
        _lateUntil = now + LateMilliseconds;
    }

    /// <summary>Whether output may still come after the process has ended: the pipe is open, and some of its group lives.</summary>
    public bool AwaitsOutput(long now)
    {
        if (!HoldsPipes || now < DrainUntil)
            return HoldsPipes;
        if (KillReason is not null || now >= Math.Min(_lateUntil, DeadlineAt) || Libc.kill(-ProcessId, 0) != 0)
            return false;

        DrainUntil = Math.Min(now + DrainMilliseconds, _lateUntil);
        return true;
    }

    /// <summary>Closes what is not read any more.</summary>
    public void CloseAllButOutput()
    {
        Libc.Close(Pidfd);
        InputPipe?.Close();
    }

    /// <summary>Ends it when nobody will wait for it any more.</summary>
    public void Abandon()
    {
        new ProcessTree(ProcessId, Start.Mark).FreezeAndKill();
        CloseAllButOutput();
        OutputPipe?.Close();
        ErrorPipe?.Close();
        _ = Libc.waitpid(ProcessId, out _, 0);
        Finish(ExecEnd.Killed, null, "The sandbox was shut down.");
    }

    /// <summary>Tells the end of a process that has ended.</summary>
    public void FinishEnded(Shortages shortages)
    {
        int status = WaitStatus!.Value;
        int signal = status & 0x7F;
        if (KillReason is { } reason)
            Finish(reason, null, null);
        else
            Finish(ExecEnd.Exited, signal == 0 ? status >> 8 & 0xFF : 128 + signal, null, shortages);
    }

    public void Finish(ExecEnd end, int? exitCode, string? failure, Shortages? shortages = null)
    {
        (byte[] head, byte[] tail, KeptOutput kept) = Output.Keep();
        (byte[] errorHead, byte[] errorTail, KeptOutput keptError) = Error.Keep();
        Kept = [head, tail, errorHead, errorTail];
        Volatile.Write(ref _keptBytes, Kept.Sum(part => (long)part.Length));
        foreach (LiveOutput live in _live)
            live.Complete();

        _finished.TrySetResult(new ExecReport
        {
            End = end, ExitCode = exitCode, Failure = failure, Duration = Elapsed, Output = kept, ErrorOutput = keptError,
            Shortage = exitCode == 0 ? null : shortages?.Find(CountedBefore, Start, Kept),
        });
    }

    /// <summary>Closes the files of the output, which can be read until then.</summary>
    public void Dispose()
    {
        Output.Dispose();
        Error.Dispose();
    }
}
