using Drafthorse.Harness.Threads;
using Drafthorse.Sandbox;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness;

/// <summary>What a tool gets beside its arguments. Found in <see cref="AIFunctionArguments.Context"/> under its type.</summary>
public sealed record ToolContext
{
    /// <summary>Our id of the call: the sandbox keeps the call's result under it and never runs it twice.</summary>
    public required string CallId { get; init; }

    /// <summary>The thread that the call belongs to; null outside of a thread.</summary>
    public ThreadId? ThreadId { get; init; }

    /// <summary>The thread's sandbox, for the next call.</summary>
    public required Func<CancellationToken, Task<SandboxClient>> GetSandboxAsync { get; init; }

    /// <summary>Where relative paths start and commands run: an absolute path, or null for the sandbox's own working directory.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>What the model is told of commands for which the sandbox was too small.</summary>
    public HeadRoomOptions HeadRoom { get; init; } = new();

    /// <summary>Shows output while the tool runs; null = nobody watches.</summary>
    public Action<string>? OnOutput { get; init; }

    /// <summary>The context of an invocation. Throws <see cref="InvalidOperationException"/> outside of a run.</summary>
    public static ToolContext From(AIFunctionArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return arguments.Context?.TryGetValue(typeof(ToolContext), out var value) == true && value is ToolContext context
            ? context
            : throw new InvalidOperationException("This tool works in a sandbox and was invoked outside of a run.");
    }
}
