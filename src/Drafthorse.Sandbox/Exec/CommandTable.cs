using Drafthorse.Sandbox.Exec.Running;
using Drafthorse.Sandbox.Wire;

namespace Drafthorse.Sandbox.Exec;

/// <summary>The commands of a sandbox by call id: those that run, and results until they are acknowledged. An id runs once.</summary>
internal sealed class CommandTable : IDisposable
{
    public const string Acknowledged = "acknowledged";
    public const string Conflict = "conflict";

    private const int MaxRunning = 64;
    private const int MaxKept = 512;
    private const long MaxKeptBytes = 64L * 1024 * 1024;
    private const int MaxForgotten = 8192;
    private const int ShownCommand = 200;

    private readonly Lock _gate = new();
    private readonly OrderedDictionary<string, (RunningCommand Running, ExecRequest Request)> _commands = new(StringComparer.Ordinal);
    private readonly HashSet<string> _forgotten = new(StringComparer.Ordinal);
    private readonly Queue<string> _forgottenOrder = new();
    private readonly CommandSettings _settings;
    private readonly CommandPlan _plan;
    private readonly CommandLoop _loop;
    private readonly Lock _recording = new();
    private string? _record;
    private bool _isRecorded;

    public CommandTable(CommandSettings settings)
    {
        _settings = settings;
        _plan = new CommandPlan(settings);
        _loop = new CommandLoop(settings.OwnsProcess, CommandRecords.MarkOf(_plan.Instance), new Shortages(settings));
    }

    /// <summary>Starts the command, or joins the one that has its id. Throws <see cref="SandboxCallException"/>.</summary>
    public RunningCommand Run(ExecRequest request, bool background)
    {
        CommandPlan.Check(request, background);
        Record();
        RunningCommand command;
        lock (_gate)
        {
            if (_commands.TryGetValue(request.CallId, out (RunningCommand Running, ExecRequest Request) known))
            {
                return known.Request.Command == request.Command && known.Running.IsBackground == background
                    ? known.Running
                    : throw new SandboxCallException(Conflict, $"Call {request.CallId} is known with another command.");
            }

            if (_forgotten.Contains(request.CallId))
                throw new SandboxCallException(Acknowledged, $"Call {request.CallId} has run, and its result is no longer kept.");

            MakeRoom();
            command = _plan.Make(request, background);
            _commands.Add(request.CallId, (command, request));
        }

        if (CommandPlan.Refuse(command.Start) is { } failure)
            _loop.Post(() => command.Finish(ExecEnd.FailedToStart, null, failure));
        else
            _loop.Begin(command);

        return command;
    }

    public RunningCommand? Find(string callId)
    {
        lock (_gate)
        {
            return _commands.TryGetValue(callId, out (RunningCommand Running, ExecRequest Request) known) ? known.Running : null;
        }
    }

    public void Kill(RunningCommand command, ExecEnd reason) => _loop.Kill(command, reason);

    /// <summary>Ends all commands and what they have left behind. False when something still runs.</summary>
    public async Task<bool> EndAllAsync()
    {
        await _loop.EndAllAsync().ConfigureAwait(false);
        return _loop.All().IsGone();
    }

    public void Attach(RunningCommand command, LiveOutput live) => _loop.Post(() => command.Attach(live));

    public void Detach(RunningCommand command, LiveOutput live) => _loop.Post(() => command.Detach(live));

    /// <summary>Lets a result go. False when it is not known; one that runs is an error.</summary>
    public bool Acknowledge(string callId)
    {
        lock (_gate)
        {
            if (!_commands.TryGetValue(callId, out (RunningCommand Running, ExecRequest Request) known))
                return _forgotten.Contains(callId);

            if (!known.Running.Finished.IsCompleted)
                throw new SandboxCallException(CallCodes.BadRequest, $"Call {callId} still runs.");

            Forget(callId, known.Running);
            return true;
        }
    }

    public List<CommandInfo> List()
    {
        lock (_gate)
        {
            return [.. _commands.Values.Select(known => Describe(known.Running, known.Request))];
        }
    }

    public CommandInfo Describe(string callId)
    {
        lock (_gate)
        {
            return _commands.TryGetValue(callId, out (RunningCommand Running, ExecRequest Request) known)
                ? Describe(known.Running, known.Request)
                : throw new SandboxCallException(CallCodes.NotFound, $"There is no command {callId}.");
        }
    }

    public void Dispose()
    {
        _loop.Dispose();
        if (_record is not null)
            CommandRecords.Forget(_record);
        lock (_gate)
        {
            foreach ((RunningCommand running, _) in _commands.Values)
                running.Dispose();
        }
    }

    // Before the first command starts.
    private void Record()
    {
        lock (_recording)
        {
            if (!_isRecorded)
                _record = CommandRecords.Write(_settings.RecordDirectory, _plan.Instance);
            _isRecorded = true;
        }
    }

    private static CommandInfo Describe(RunningCommand running, ExecRequest request)
    {
        ExecReport? report = running.Finished.IsCompletedSuccessfully ? running.Finished.Result : null;
        return new CommandInfo
        {
            CallId = request.CallId,
            Command = request.Command.Length > ShownCommand ? request.Command[..ShownCommand] : request.Command,
            IsBackground = running.IsBackground,
            End = report?.End,
            ExitCode = report?.ExitCode,
            Duration = report?.Duration ?? running.Elapsed,
            TotalBytes = running.TotalBytes,
            OutputPath = running.OutputPath,
            Failure = report?.Failure,
            Shortage = report?.Shortage,
        };
    }

    private void MakeRoom()
    {
        int running = 0;
        long bytes = 0;
        foreach ((RunningCommand command, _) in _commands.Values)
        {
            running += command.Finished.IsCompleted ? 0 : 1;
            bytes += command.KeptBytes;
        }

        if (running >= MaxRunning)
            throw new SandboxCallException(CallCodes.Busy, $"{MaxRunning} commands are running; end one first.");

        for (int i = 0; i < _commands.Count && (_commands.Count >= MaxKept || bytes > MaxKeptBytes);)
        {
            (string callId, (RunningCommand command, _)) = _commands.GetAt(i);
            if (!command.Finished.IsCompleted)
            {
                i++;
                continue;
            }

            bytes -= command.KeptBytes;
            Forget(callId, command);
        }
    }

    private void Forget(string callId, RunningCommand command)
    {
        _commands.Remove(callId);
        command.Dispose();
        if (!_forgotten.Add(callId))
            return;

        _forgottenOrder.Enqueue(callId);
        if (_forgottenOrder.Count > MaxForgotten)
            _forgotten.Remove(_forgottenOrder.Dequeue());
    }
}
