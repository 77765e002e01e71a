using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness;

/// <summary>Something a watcher of a run sees as it happens.</summary>
public abstract record AgentEvent
{
    /// <summary>The thread.</summary>
    public required ThreadId ThreadId { get; init; }
}

/// <summary>An event was committed to the journal.</summary>
public sealed record JournalAppended : AgentEvent
{
    /// <summary>The record's position in the journal.</summary>
    public required long Position { get; init; }

    /// <summary>When it was committed.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The event.</summary>
    public required JournalEvent Event { get; init; }
}

/// <summary>Another process runs the thread: what follows is its journal, until it ends or its lease does.</summary>
public sealed record RunElsewhere : AgentEvent;

/// <summary>The model wrote some text. Not journaled: the whole reply is, when it is complete.</summary>
public sealed record TextDelta : AgentEvent
{
    /// <summary>The new text.</summary>
    public required string Text { get; init; }
}

/// <summary>The model's reply broke off and begins anew: text shown since the last committed reply is void.</summary>
public sealed record TextRestarted : AgentEvent
{
    /// <summary>Why, in words.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Which attempt of the same model follows (2 is the first repetition); 0 = another model is asked.</summary>
    public int Attempt { get; init; }

    /// <summary>How many attempts there are at most.</summary>
    public int MaxAttempts { get; init; }

    /// <summary>How long the attempt is waited for.</summary>
    public TimeSpan Wait { get; init; }
}

/// <summary>A running tool printed something. Not journaled: the result is, when the call ends.</summary>
public sealed record ToolOutputDelta : AgentEvent
{
    /// <summary>Our id of the call.</summary>
    public required string CallId { get; init; }

    /// <summary>The new output.</summary>
    public required string Text { get; init; }
}
