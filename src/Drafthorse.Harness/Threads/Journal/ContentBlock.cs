namespace Drafthorse.Harness.Threads;

/// <summary>A piece of a message. Flat and tolerant on purpose: a reader skips kinds that it does not know.</summary>
public sealed record ContentBlock
{
    /// <summary><c>text</c>, <c>reasoning</c>, <c>tool_call</c> or <c>image</c>.</summary>
    public string Kind { get; init; } = "";

    /// <summary>The text of <c>text</c> and <c>reasoning</c>.</summary>
    public string? Text { get; init; }

    /// <summary>The model's call id of a <c>tool_call</c>.</summary>
    public string? CallId { get; init; }

    /// <summary>The tool of a <c>tool_call</c>.</summary>
    public string? Name { get; init; }

    /// <summary>The arguments of a <c>tool_call</c>: the model's own JSON, byte for byte, valid or not.</summary>
    public string? Arguments { get; init; }

    /// <summary>The media type of an <c>image</c>.</summary>
    public string? MediaType { get; init; }

    /// <summary>The bytes of an <c>image</c>.</summary>
    public byte[]? Data { get; init; }

    /// <summary>What only the vendor understands (a thinking signature, encrypted reasoning, a JSON object of further members of a
    /// <c>tool_call</c>), carried opaquely.</summary>
    public string? Opaque { get; init; }

    /// <summary>The vendor that understands <see cref="Opaque"/>, such as <c>anthropic</c>; dropped for every other one.</summary>
    public string? Vendor { get; init; }

    /// <summary>A text block.</summary>
    public static ContentBlock OfText(string text) => new() { Kind = "text", Text = text };
}

/// <summary>A message of the model's context after compaction.</summary>
public sealed record ContextMessage
{
    /// <summary><c>user</c>, <c>assistant</c> or <c>tool</c>.</summary>
    public string Role { get; init; } = "";

    /// <summary>The content.</summary>
    public IReadOnlyList<ContentBlock> Content { get; init; } = [];

    /// <summary>The model's call id that a <c>tool</c> message answers.</summary>
    public string? CallId { get; init; }

    /// <summary>Whether the call that a <c>tool</c> message answers failed.</summary>
    public bool IsError { get; init; }
}

/// <summary>Tokens that a model call used.</summary>
public sealed record TokenUsage
{
    /// <summary>All input tokens, those read from and written to the cache included.</summary>
    public long Input { get; init; }

    /// <summary>Input tokens that the provider read from its cache.</summary>
    public long CachedInput { get; init; }

    /// <summary>Input tokens that the provider wrote to its cache.</summary>
    public long CacheWrite { get; init; }

    /// <summary>Output tokens, reasoning included.</summary>
    public long Output { get; init; }

    /// <summary>Input and output tokens of models whose price is unknown: then the cost that stands beside this is not all of it.</summary>
    public long Unpriced { get; init; }

    /// <summary>The sum of two usages.</summary>
    public static TokenUsage operator +(TokenUsage left, TokenUsage right) => new()
    {
        Input = left.Input + right.Input,
        CachedInput = left.CachedInput + right.CachedInput,
        CacheWrite = left.CacheWrite + right.CacheWrite,
        Output = left.Output + right.Output,
        Unpriced = left.Unpriced + right.Unpriced,
    };

    /// <summary>The sum of two usages.</summary>
    public static TokenUsage Add(TokenUsage left, TokenUsage right) => left + right;
}
