using Drafthorse.Sandbox.Exec;

namespace Drafthorse.Harness;

/// <summary>What a model is told of a command that failed for want of memory, processes, disk or time, and not by itself. How much there is of
/// these says <see cref="SandboxLimits"/>.</summary>
public sealed class HeadRoomOptions
{
    /// <summary>Whether it is told of it as such, with what to do (default true). Otherwise it sees the exit code.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>How people raise a limit, as the end of the sentence "it is raised by"; null = that is not said. The default names the spec's option.</summary>
    public Func<ExecShortageKind, string?> HowToRaise { get; set; } = kind => kind switch
    {
        ExecShortageKind.Memory => "Limits.MemoryCeilingBytes of the filesystem spec",
        ExecShortageKind.Processes => "Limits.PidsCeiling of the filesystem spec",
        _ => null,
    };
}
