using System.Text.Json.Serialization;
using Drafthorse.Harness.Threads.Json;

namespace Drafthorse.Harness.Threads;

/// <summary>Something that a person is asked to decide, and what became of it: kept in <see cref="ThreadFacts.Approvals"/>. What exactly was shown
/// is in the journal (<see cref="ApprovalAsked"/>).</summary>
public sealed record Approval
{
    /// <summary>Names it over all threads: the thread's id, a dot, and a number that rises.</summary>
    public string Id { get; init; } = "";

    /// <summary>What it is about; see <see cref="ApprovalKinds"/>.</summary>
    public string Kind { get; init; } = "";

    /// <summary>One line for lists.</summary>
    public string Title { get; init; } = "";

    /// <summary>SHA-256 of exactly what is to be decided, in 64 lower-case hex digits. An answer holds for this alone.</summary>
    public string Hash { get; init; } = "";

    /// <summary>The first eight digits of <see cref="Hash"/>, which people write.</summary>
    [JsonIgnore]
    public string ShortHash => Hash[..Math.Min(8, Hash.Length)];

    /// <summary>When it was asked.</summary>
    public DateTimeOffset AskedAt { get; init; }

    /// <summary>An answer that comes later does not count; it is then rejected by code.</summary>
    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The journal position from which on its <see cref="ApprovalAsked"/> is found.</summary>
    public long Start { get; init; }

    /// <summary>The fencing token of the run that asked.</summary>
    public long Run { get; init; }

    /// <summary>The inbox position of the first message that led to it: cancelling that cancels it.</summary>
    public long Inbox { get; init; }

    /// <summary>Who wrote the message that led to it, as the channel names them.</summary>
    public string AskedFor { get; init; } = "";

    /// <summary>Whether the thread does nothing more before somebody says something.</summary>
    public bool Holds { get; init; }

    /// <summary>What became of it.</summary>
    public ApprovalState State { get; init; }

    /// <summary>Who answered, as the channel names them; null when nobody did.</summary>
    public string? By { get; init; }

    /// <summary>Why it was rejected or ended; null when nothing was said.</summary>
    public string? Reason { get; init; }

    /// <summary>The id of the message that answered, or null.</summary>
    public string? Source { get; init; }

    /// <summary>The tool call that was made because of it: an answer is good for one. Null = none yet.</summary>
    public string? UsedBy { get; init; }
}

/// <summary>What became of an approval.</summary>
[JsonConverter(typeof(LenientEnumConverter<ApprovalState>))]
public enum ApprovalState
{
    /// <summary>Nobody has answered yet.</summary>
    Open,

    /// <summary>A person who may said yes.</summary>
    Approved,

    /// <summary>A person who may said no.</summary>
    Rejected,

    /// <summary>Nobody answered in time, which counts as a no.</summary>
    Expired,

    /// <summary>What was to be decided changed before anybody answered.</summary>
    Superseded,

    /// <summary>The work was cancelled.</summary>
    Cancelled,

    /// <summary>A question got its answer.</summary>
    Answered,
}

/// <summary>The kinds of approvals.</summary>
public static class ApprovalKinds
{
    /// <summary>A question of the model; any message of a person who may trigger answers it.</summary>
    public const string Question = "question";

    /// <summary>A plan that is to be carried out.</summary>
    public const string Plan = "plan";

    /// <summary>A tool call that a rule wants a person to see.</summary>
    public const string Tool = "tool";

    /// <summary>Changes that leave only when a person agrees.</summary>
    public const string Push = "push";

    /// <summary>A higher budget.</summary>
    public const string Budget = "budget";

    /// <summary>A skill that the model proposes.</summary>
    public const string Skill = "skill";

    /// <summary>A fact that the model proposes to remember.</summary>
    public const string Fact = "fact";

    /// <summary>Whether the model is told of the answer and goes on. The others are carried out by code alone.</summary>
    public static bool IsForModel(string kind) => kind is not (Push or Skill or Fact);

    /// <summary>The kind in words, with its article.</summary>
    public static string Words(string kind) => kind switch
    {
        Question => "the question",
        Plan => "the plan",
        Tool => "the tool call",
        Push => "the push",
        Budget => "the higher budget",
        Skill => "the skill",
        Fact => "the fact",
        _ => "the request",
    };
}
