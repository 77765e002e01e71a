namespace Drafthorse.Harness;

/// <summary>Why a tool call failed, as it is counted by tool and model.</summary>
public enum ToolErrorClass
{
    /// <summary>For a reason that is none of the others.</summary>
    Other,

    /// <summary>The arguments are missing, of the wrong shape, or no JSON.</summary>
    InvalidArguments,

    /// <summary>There is no tool of that name.</summary>
    UnknownTool,

    /// <summary>What the call names is not there.</summary>
    NotFound,

    /// <summary>The text to change is not in the file.</summary>
    NoMatch,

    /// <summary>The text to change is in the file more than once.</summary>
    SeveralMatches,

    /// <summary>The file is not as the model saw it last.</summary>
    StaleFile,

    /// <summary>The time was up.</summary>
    TimedOut,

    /// <summary>The sandbox's memory ran out.</summary>
    OutOfMemory,

    /// <summary>The sandbox may have no more processes.</summary>
    OutOfProcesses,

    /// <summary>A disk of the sandbox is full.</summary>
    DiskFull,

    /// <summary>It is not allowed.</summary>
    Permission,

    /// <summary>A service that the tool asks failed.</summary>
    Provider,
}
