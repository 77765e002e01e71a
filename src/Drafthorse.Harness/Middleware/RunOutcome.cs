using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness;

/// <summary>How a run ended, or how far it came when the model had nothing more to do.</summary>
public sealed record RunOutcome
{
    /// <summary>The thread's state from here on.</summary>
    public required ThreadStatus Status { get; init; }

    /// <summary>The model's last words, or the hand-over summary.</summary>
    public string Text { get; init; } = "";

    /// <summary>Why it ended, for people; empty when it ended well.</summary>
    public string Reason { get; init; } = "";

    /// <summary>What code has to say about the work: verify results, what was blocked, that nothing changed. One line each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Effects outside that the end of the run commits with it, such as the draft.</summary>
    public IReadOnlyList<OutboxRequest> Outbox { get; init; } = [];

    /// <summary>Which part failed the run; decides the exit code of a headless run.</summary>
    public FailureKind Failure { get; init; }
}

/// <summary>Which part failed a run.</summary>
public enum FailureKind
{
    /// <summary>None, or the task itself.</summary>
    None,

    /// <summary>The model provider, for good.</summary>
    Model,

    /// <summary>The sandbox.</summary>
    Sandbox,

    /// <summary>A budget or a limit.</summary>
    Limit,
}

/// <summary>Ends a run from anywhere inside it with a given outcome; the agent loop turns it into the run's end.</summary>
public sealed class RunEndedException(RunOutcome outcome) : Exception(outcome.Reason)
{
    /// <summary>The outcome.</summary>
    public RunOutcome Outcome { get; } = outcome;
}
