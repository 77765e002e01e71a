namespace Drafthorse.Harness;

/// <summary>One tool call of a run.</summary>
public sealed record ToolCall
{
    /// <summary>The run.</summary>
    public required RunContext Run { get; init; }

    /// <summary>Our id of the call: token, step and index. The sandbox keeps its result under it and never runs it twice.</summary>
    public required string CallId { get; init; }

    /// <summary>The tool's name.</summary>
    public required string Tool { get; init; }

    /// <summary>The arguments by name; values are JSON elements.</summary>
    public required IReadOnlyDictionary<string, object?> Arguments { get; init; }

    /// <summary>What the call can change.</summary>
    public required ToolEffect Effect { get; init; }
}
