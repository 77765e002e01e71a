using System.Text;
using Drafthorse.Sandbox.Exec.Running;
using Drafthorse.Sandbox.Wire;

namespace Drafthorse.Sandbox.Exec;

/// <summary>Makes requests exact: checked, with the sandbox's shell, directory and environment.</summary>
internal sealed class CommandPlan(CommandSettings settings)
{
    private const string MarkVariable = "DRAFTHORSE_COMMAND";
    private const int MaxCallId = 128;
    private const int MaxVariables = 512;
    private const int MaxInputCharacters = 4 * 1024 * 1024;

    private static readonly string[] BashPlaces = ["/bin/bash", "/usr/bin/bash", "/usr/local/bin/bash", "/opt/homebrew/bin/bash"];

    private readonly string? _bash = Array.Find(BashPlaces, File.Exists);
    private long _last;

    /// <summary>What tells the commands of this daemon from all others.</summary>
    public string Instance { get; } = Guid.NewGuid().ToString("n");

    /// <summary>Throws <see cref="SandboxCallException"/> when the request breaks a rule.</summary>
    public static void Check(ExecRequest request, bool background)
    {
        CheckCallId(request.CallId);
        TimeSpan longest = background ? ExecRequest.MaxBackgroundTimeout : ExecRequest.MaxTimeout;
        string? wrong = request switch
        {
            { Command: null or "" } => "The command is empty.",
            _ when request.Command.Contains('\0', StringComparison.Ordinal) => "The command has a NUL character.",
            _ when Encoding.UTF8.GetByteCount(request.Command) > ExecRequest.MaxCommandBytes =>
                $"The command has more than {ExecRequest.MaxCommandBytes} bytes; write it to a file and run that.",
            _ when request.Timeout <= TimeSpan.Zero || request.Timeout > longest => $"The timeout must be above 0 and at most {longest.TotalSeconds:0} s.",
            { OutputLimit: < 256 or > ExecRequest.MaxOutputLimit } => $"The output limit must be 256 to {ExecRequest.MaxOutputLimit} bytes.",
            { WorkingDirectory: "" } => "The working directory is empty.",
            _ when request.WorkingDirectory?.Contains('\0', StringComparison.Ordinal) == true => "The working directory has a NUL character.",
            { StandardInput.Length: > MaxInputCharacters } => $"The standard input has more than {MaxInputCharacters} characters.",
            { Environment.Count: > MaxVariables } => $"There are more than {MaxVariables} environment variables.",
            _ when request.Environment?.Any(v => !IsVariable(v.Key, v.Value)) == true => "An environment variable has a wrong name or a NUL character.",
            _ => null,
        };
        if (wrong is not null)
            throw new SandboxCallException(CallCodes.BadRequest, wrong);
    }

    /// <summary>Throws <see cref="SandboxCallException"/> when this is no call id.</summary>
    public static void CheckCallId(string callId)
    {
        if (callId is null or { Length: 0 or > MaxCallId } || !callId.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or ':' or '-'))
            throw new SandboxCallException(CallCodes.BadRequest, $"A call id has 1 to {MaxCallId} letters, digits and ._:- characters.");
    }

    public RunningCommand Make(ExecRequest request, bool background)
    {
        string mark = $"{MarkVariable}={++_last}{CommandRecords.MarkOf(Instance)}";
        string file = "exec-" + request.CallId.Replace(':', '-');
        var start = new CommandStart(
            request.CallId,
            [ShellOf(request.Shell), "-c", request.Command],
            EnvironmentOf(request, mark),
            Path.Combine(settings.WorkingDirectory, request.WorkingDirectory ?? ""),
            request.StandardInput is { } text ? Encoding.UTF8.GetBytes(text) : null,
            request.Timeout,
            request.MergeError || background,
            mark);

        return new RunningCommand(
            start,
            new OutputBuffer(request.OutputLimit, () => SpillFile.Open(settings.SpillDirectory, file + ".out"), spillsAlways: background),
            new OutputBuffer(request.OutputLimit, () => SpillFile.Open(settings.SpillDirectory, file + ".err"), spillsAlways: false));
    }

    private string ShellOf(CommandShell shell) => shell switch
    {
        CommandShell.Bash => _bash ?? "bash",
        CommandShell.BashElseSh => _bash ?? "/bin/sh",
        _ => "/bin/sh",
    };

    /// <summary>Why the command cannot start, or null: said here, as the operating system's one number would leave it open.</summary>
    public static string? Refuse(CommandStart start)
    {
        if (!Directory.Exists(start.Directory))
            return $"The working directory {start.Directory} does not exist.";

        string shell = start.Arguments[0];
        return File.Exists(shell) ? null : $"The sandbox has no {shell}.";
    }

    private string[] EnvironmentOf(ExecRequest request, string mark)
    {
        var all = new Dictionary<string, string>(settings.Environment, StringComparer.Ordinal);
        foreach ((string name, string value) in request.Environment ?? new Dictionary<string, string>())
            all[name] = value;

        all.Remove(MarkVariable);
        return [mark, .. all.Select(variable => $"{variable.Key}={variable.Value}")];
    }

    private static bool IsVariable(string name, string? value) =>
        name.Length > 0 && !name.AsSpan().ContainsAny('=', '\0') && value?.Contains('\0', StringComparison.Ordinal) == false;
}
