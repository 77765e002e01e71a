using Drafthorse.Harness.Diagnostics;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Secrets;
using Drafthorse.Harness.Threads;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness;

/// <summary>What the builder has put together.</summary>
internal sealed record AgentOptions
{
    public required string Name { get; init; }

    public required IChatClient Client { get; init; }

    public required string Model { get; init; }

    public required IReadOnlyList<string> Fallbacks { get; init; }

    public required Func<string, ModelInfo> FindModel { get; init; }

    /// <summary>Who summarizes older context; null = the model that works.</summary>
    public (IChatClient Client, string Name)? Summarizer { get; init; }

    public required IThreadStore Store { get; init; }

    public required ToolSet Tools { get; init; }

    public required Func<RunContext, CancellationToken, ValueTask<string>> Instructions { get; init; }

    public required Func<RunContext, CancellationToken, Task<SandboxSession>> AcquireSandbox { get; init; }

    /// <summary>Makes the client of a model that a person chose; null = nobody can choose. Throws <see cref="ModelException"/>.</summary>
    public Func<string, IChatClient>? CreateClient { get; init; }

    public required IReadOnlyList<IAgentMiddleware> Middleware { get; init; }

    public required ThreadBudget Budget { get; init; }

    public required ModelCallLimit Limit { get; init; }

    public required ApprovalOptions Approvals { get; init; }

    public required PlanModeOptions PlanMode { get; init; }

    public required CompactionOptions Compaction { get; init; }

    public required ToolResultEvictionOptions Eviction { get; init; }

    /// <summary>Where whole evicted results are kept, or null.</summary>
    public ResultArchive? Archive { get; init; }

    public HeadRoomOptions HeadRoom { get; init; } = new();

    public required SecretRedactor Redactor { get; init; }

    public required TimeProvider TimeProvider { get; init; }

    public Action<AgentEvent>? Watcher { get; init; }

    public InvalidCallRates InvalidCalls { get; } = new();
}
