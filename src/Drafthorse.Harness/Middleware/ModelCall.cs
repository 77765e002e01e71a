using Drafthorse.Harness.Threads;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness;

/// <summary>One model call of a run.</summary>
public sealed record ModelCall
{
    /// <summary>The run.</summary>
    public required RunContext Run { get; init; }

    /// <summary>Names the call for budgets; unique over the thread's life.</summary>
    public required string Id { get; init; }

    /// <summary>System prompt and messages, in order.</summary>
    public required IReadOnlyList<ChatMessage> Messages { get; init; }

    /// <summary>The tools and settings of the call.</summary>
    public required ChatOptions Options { get; init; }

    /// <summary>What the call is for.</summary>
    public ModelCallPurpose Purpose { get; init; }

    /// <summary>What the call has used so far; the same for all copies of it.</summary>
    internal CallTally Tally { get; } = new();
}

/// <summary>What a model call is for.</summary>
public enum ModelCallPurpose
{
    /// <summary>A step of the task.</summary>
    Step,

    /// <summary>A summary of older context.</summary>
    Summary,

    /// <summary>The last words of a run that a limit stopped; limits keep a reserve for it.</summary>
    HandOver,
}

/// <summary>A model's complete answer.</summary>
public sealed record ModelAnswer
{
    /// <summary>Text, reasoning and tool calls in the model's order; call ids are unique and never empty.</summary>
    public required IReadOnlyList<ContentBlock> Content { get; init; }

    /// <summary>The specification of the model that answered.</summary>
    public required string Model { get; init; }

    /// <summary>Why the model stopped; empty when unknown.</summary>
    public string FinishReason { get; init; } = "";

    /// <summary>Tokens used.</summary>
    public TokenUsage Usage { get; init; } = new();

    /// <summary>What it cost, in USD; 0 for a model without a price.</summary>
    public decimal CostUsd { get; init; }

    /// <summary>The reply's text.</summary>
    public string Text => string.Concat(Content.Where(block => block.Kind == "text").Select(block => block.Text));
}
