using System.Text.Json;
using System.Text.Json.Serialization;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Channels;

/// <summary>The outbox entries that runs write, and the JSON of their payloads. A channel may add kinds of its own.</summary>
public static class Effects
{
    /// <summary>The kind of <see cref="StatusEffect"/>.</summary>
    public const string Status = "status";

    /// <summary>The kind of <see cref="DraftEffect"/>.</summary>
    public const string Draft = "draft";

    /// <summary>The kind of <see cref="ReplyEffect"/>.</summary>
    public const string Reply = "reply";

    /// <summary>The status entry: one per thread, the newest replaces the one before.</summary>
    public static OutboxRequest ToOutbox(this StatusEffect status, DateTimeOffset? notBefore) => new()
    {
        Kind = Status,
        Key = "status",
        Payload = JsonSerializer.Serialize(status, EffectsJson.Default.StatusEffect),
        NotBefore = notBefore,
    };

    /// <summary>The draft entry: one per thread; opened or updated.</summary>
    public static OutboxRequest ToOutbox(this DraftEffect draft) => new()
    {
        Kind = Draft,
        Key = "draft",
        Payload = JsonSerializer.Serialize(draft, EffectsJson.Default.DraftEffect),
    };

    /// <summary>The reply entry: one per run.</summary>
    public static OutboxRequest ToOutbox(this ReplyEffect reply) => new()
    {
        Kind = Reply,
        Key = $"reply:{reply.Run}",
        Payload = JsonSerializer.Serialize(reply, EffectsJson.Default.ReplyEffect),
    };

    /// <summary>Reads a status payload.</summary>
    public static StatusEffect ReadStatus(string payload) => JsonSerializer.Deserialize(payload, EffectsJson.Default.StatusEffect)!;

    /// <summary>Reads a draft payload.</summary>
    public static DraftEffect ReadDraft(string payload) => JsonSerializer.Deserialize(payload, EffectsJson.Default.DraftEffect)!;

    /// <summary>Reads a reply payload.</summary>
    public static ReplyEffect ReadReply(string payload) => JsonSerializer.Deserialize(payload, EffectsJson.Default.ReplyEffect)!;
}

/// <summary>How the run stands now: the one status comment or message that is edited.</summary>
public sealed record StatusEffect
{
    /// <summary>The thread's state.</summary>
    public ThreadStatus State { get; init; }

    /// <summary>What is going on, one line.</summary>
    public string Activity { get; init; } = "";

    /// <summary>The step.</summary>
    public int Step { get; init; }

    /// <summary>Cost so far, in USD.</summary>
    public decimal CostUsd { get; init; }

    /// <summary>Tokens so far of models whose price is unknown; when there are any, <see cref="CostUsd"/> is not all of the cost.</summary>
    public long UnpricedTokens { get; init; }

    /// <summary>The thread's to-do list, in the model's words.</summary>
    public IReadOnlyList<TodoItem> Todos { get; init; } = [];
}

/// <summary>A draft that is owed: the branch is on the code host at this commit.</summary>
public sealed record DraftEffect
{
    /// <summary>The branch with the work.</summary>
    public string Branch { get; init; } = "";

    /// <summary>The branch it is to be merged into.</summary>
    public string BaseBranch { get; init; } = "";

    /// <summary>The commit at the branch's tip.</summary>
    public string Commit { get; init; } = "";

    /// <summary>The title: one line.</summary>
    public string Title { get; init; } = "";

    /// <summary>What was done, in Markdown, by the model.</summary>
    public string Summary { get; init; } = "";

    /// <summary>The verify commands' outcomes; empty when the repository names none.</summary>
    public IReadOnlyList<VerifyResult> Verify { get; init; } = [];

    /// <summary>The steps of the plan that a person approved, and whether each is done; empty without a plan.</summary>
    public IReadOnlyList<PlanStep> Plan { get; init; } = [];

    /// <summary>Who approved the plan, or null.</summary>
    public string? PlanApprovedBy { get; init; }

    /// <summary>Labels from the repository's settings.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Reviewers from the repository's settings.</summary>
    public IReadOnlyList<string> Reviewers { get; init; } = [];

    /// <summary>Cost of the thread so far, in USD.</summary>
    public decimal CostUsd { get; init; }

    /// <summary>Tokens so far of models whose price is unknown; when there are any, <see cref="CostUsd"/> is not all of the cost.</summary>
    public long UnpricedTokens { get; init; }

    /// <summary>The model that did the work.</summary>
    public string Model { get; init; } = "";
}

/// <summary>The final reply of a run, owed whatever its outcome.</summary>
public sealed record ReplyEffect
{
    /// <summary>The run's fencing token.</summary>
    public long Run { get; init; }

    /// <summary>How the run ended.</summary>
    public ThreadStatus Outcome { get; init; }

    /// <summary>The model's last words, or why the run ended.</summary>
    public string Text { get; init; } = "";

    /// <summary>The id of the newest message that the run took, which tells the channel where to answer; null = where the thread began.</summary>
    public string? InReplyTo { get; init; }

    /// <summary>Why the run ended; empty when it ended well.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The state of the work: nothing to change, what verify said, what was blocked. Markdown lines by code.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>What people are asked to decide, each to be shown whole.</summary>
    public IReadOnlyList<ApprovalAsked> Asked { get; init; } = [];

    /// <summary>Cost of the thread so far, in USD.</summary>
    public decimal CostUsd { get; init; }

    /// <summary>Tokens so far of models whose price is unknown; when there are any, <see cref="CostUsd"/> is not all of the cost.</summary>
    public long UnpricedTokens { get; init; }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(StatusEffect))]
[JsonSerializable(typeof(DraftEffect))]
[JsonSerializable(typeof(ReplyEffect))]
internal sealed partial class EffectsJson : JsonSerializerContext;
