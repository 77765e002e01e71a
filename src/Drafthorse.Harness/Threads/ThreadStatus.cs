using System.Text.Json.Serialization;
using Drafthorse.Harness.Threads.Json;

namespace Drafthorse.Harness.Threads;

/// <summary>Where a thread stands, as people and scripts see it.</summary>
[JsonConverter(typeof(LenientEnumConverter<ThreadStatus>))]
public enum ThreadStatus
{
    /// <summary>Messages wait in the inbox and no run has taken them yet.</summary>
    Queued,

    /// <summary>An owner holds the lease.</summary>
    Running,

    /// <summary>A person was asked; an answer resumes the thread.</summary>
    Waiting,

    /// <summary>The last run ended well.</summary>
    Done,

    /// <summary>The last run ended with an error.</summary>
    Failed,

    /// <summary>A budget or limit stopped the last run.</summary>
    Stopped,

    /// <summary>A person cancelled the last run.</summary>
    Cancelled,

    /// <summary>Taken over too often without a commit; nobody runs it until a person sends a message.</summary>
    Parked,
}

/// <summary>The names of <see cref="ThreadStatus"/> as people and scripts see them.</summary>
public static class ThreadStatusNames
{
    /// <summary>The name in lower case.</summary>
    public static string Of(ThreadStatus status) => status switch
    {
        ThreadStatus.Queued => "queued",
        ThreadStatus.Running => "running",
        ThreadStatus.Waiting => "waiting",
        ThreadStatus.Done => "done",
        ThreadStatus.Failed => "failed",
        ThreadStatus.Stopped => "stopped",
        ThreadStatus.Cancelled => "cancelled",
        _ => "parked",
    };
}
