namespace Drafthorse.Sandbox.Exec;

/// <summary>A command to run in a sandbox.</summary>
public sealed record ExecRequest
{
    /// <summary>The longest a command in the foreground may run.</summary>
    public static readonly TimeSpan MaxTimeout = TimeSpan.FromMinutes(60);

    /// <summary>The longest a command in the background may run.</summary>
    public static readonly TimeSpan MaxBackgroundTimeout = TimeSpan.FromHours(24);

    /// <summary>Bytes of output kept of each of the two streams, at most.</summary>
    public const int MaxOutputLimit = 1024 * 1024;

    /// <summary>Bytes of a command, at most: what Linux takes as one argument.</summary>
    public const int MaxCommandBytes = 128 * 1024 - 1;

    /// <summary>The call's id: 1 to 128 letters, digits and <c>._:-</c>. A command with an id that is known already is not run again;
    /// its result is handed out once more.</summary>
    public required string CallId { get; init; }

    /// <summary>The command line, run by a shell.</summary>
    public required string Command { get; init; }

    /// <summary>The shell: <c>/bin/sh</c>, or bash where the sandbox has it.</summary>
    public CommandShell Shell { get; init; }

    /// <summary>The directory, absolute or relative to the sandbox's working directory; null is that directory.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Variables added to the sandbox's environment.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>After this long the command and all it started are killed.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Bytes of output kept (of each stream when they are apart): half of them from the start, half from the end. All of it
    /// goes to a file in the sandbox when there is more.</summary>
    public int OutputLimit { get; init; } = 64 * 1024;

    /// <summary>Whether error output is mixed into the output, in the order written.</summary>
    public bool MergeError { get; init; } = true;

    /// <summary>Text for standard input; null is an empty input.</summary>
    public string? StandardInput { get; init; }
}

/// <summary>Which shell runs a command.</summary>
public enum CommandShell
{
    /// <summary><c>/bin/sh</c></summary>
    Sh,

    /// <summary><c>bash</c></summary>
    Bash,

    /// <summary><c>bash</c> where the sandbox has it, else <c>/bin/sh</c></summary>
    BashElseSh,
}
