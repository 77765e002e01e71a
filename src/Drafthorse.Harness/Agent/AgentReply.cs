using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness;

/// <summary>How a run ended.</summary>
public sealed record AgentReply
{
    /// <summary>The thread.</summary>
    public required ThreadId ThreadId { get; init; }

    /// <summary>The thread's state.</summary>
    public required ThreadStatus Status { get; init; }

    /// <summary>The model's last words; the JSON value when one was asked for.</summary>
    public required string Text { get; init; }

    /// <summary>Why it ended; empty when it ended well.</summary>
    public required string Reason { get; init; }

    /// <summary>Which part failed the run; <see cref="FailureKind.None"/> when none did, or the task itself.</summary>
    public FailureKind Failure { get; init; }

    /// <summary>Tokens used.</summary>
    public required TokenUsage Usage { get; init; }

    /// <summary>Cost in USD.</summary>
    public required decimal CostUsd { get; init; }

    /// <summary>This reply, when the run ended <see cref="ThreadStatus.Done"/>; throws <see cref="RunNotDoneException"/> when it did not.</summary>
    public AgentReply EnsureDone() => Status == ThreadStatus.Done ? this : throw new RunNotDoneException(this);
}

/// <summary>That a run ended and was not <see cref="ThreadStatus.Done"/>.</summary>
/// <param name="reply">How it ended.</param>
public sealed class RunNotDoneException(AgentReply reply)
    : InvalidOperationException($"The run ended {reply.Status}: {(reply.Reason.Length > 0 ? reply.Reason : reply.Text)}")
{
    /// <summary>How the run ended.</summary>
    public AgentReply Reply { get; } = reply;
}

/// <summary>How a run ended whose answer is a value.</summary>
/// <typeparam name="T">The value's type.</typeparam>
public sealed class AgentReply<T>
{
    private readonly T? _value;

    internal AgentReply(AgentReply reply, T? value)
    {
        Reply = reply;
        _value = value;
    }

    /// <summary>How the run ended.</summary>
    public AgentReply Reply { get; }

    /// <summary>Whether there is a value: the run ended <see cref="ThreadStatus.Done"/>.</summary>
    public bool HasValue => Reply.Status == ThreadStatus.Done;

    /// <summary>The value. Throws <see cref="RunNotDoneException"/> when there is none.</summary>
    public T Value => HasValue ? _value! : throw new RunNotDoneException(Reply);
}
