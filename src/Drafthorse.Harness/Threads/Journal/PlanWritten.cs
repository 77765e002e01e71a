using System.Text.Json.Serialization;
using Drafthorse.Harness.Threads.Json;

namespace Drafthorse.Harness.Threads;

/// <summary>The model wrote a version of the thread's plan. All versions stay in the journal.</summary>
public sealed record PlanWritten : JournalEvent
{
    /// <summary>Counts the thread's plans from 1.</summary>
    public int Version { get; init; }

    /// <summary>The whole plan, Markdown.</summary>
    public string Content { get; init; } = "";
}

/// <summary>How a thread stands with its plan.</summary>
public sealed record PlanFacts
{
    /// <summary>How far it is.</summary>
    public PlanStage Stage { get; init; }

    /// <summary>Why plan mode was entered, in words.</summary>
    public string Why { get; init; } = "";

    /// <summary>The newest plan's version; 0 = none was written.</summary>
    public int Version { get; init; }

    /// <summary>The journal position from which on the newest plan is the first one; null when none was written.</summary>
    public long? Start { get; init; }

    /// <summary>Who approved it, or null.</summary>
    public string? ApprovedBy { get; init; }

    /// <summary>What of it was done when its work ended; null before.</summary>
    public IReadOnlyList<PlanStep>? Steps { get; init; }
}

/// <summary>One step of a plan.</summary>
/// <param name="Text">What is to be done, as the plan says it, on one line.</param>
/// <param name="IsDone">Whether the thread's to-do list has it as completed.</param>
public sealed record PlanStep(string Text, bool IsDone);

/// <summary>How far a thread is with its plan.</summary>
[JsonConverter(typeof(LenientEnumConverter<PlanStage>))]
public enum PlanStage
{
    /// <summary>Plan mode: nothing may be changed before a person approved a plan.</summary>
    Planning,

    /// <summary>A person approved the plan, and it is carried out.</summary>
    Approved,

    /// <summary>The work on the plan has ended.</summary>
    Done,
}
