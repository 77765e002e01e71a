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

    /// <summary>Tokens used.</summary>
    public required TokenUsage Usage { get; init; }

    /// <summary>Cost in USD.</summary>
    public required decimal CostUsd { get; init; }
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

    /// <summary>The value. Throws <see cref="InvalidOperationException"/> with the run's reason when there is none.</summary>
    public T Value => HasValue
        ? _value!
        : throw new InvalidOperationException($"The run ended {Reply.Status} and not with a value: {(Reply.Reason.Length > 0 ? Reply.Reason : Reply.Text)}");
}
