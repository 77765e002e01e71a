using System.Text.Json.Serialization;

namespace Drafthorse.Harness.Threads.Operations;

internal enum MessageState
{
    /// <summary>In the inbox.</summary>
    Pending,

    /// <summary>A commit took it.</summary>
    Consumed,

    /// <summary>Withdrawn, cancelled, or replaced by a newer edit before a commit took it.</summary>
    Removed,
}

/// <summary>A message of a thread: identity for ever, body only while it is pending.</summary>
internal sealed record MessageRow(long Thread, long Position, string MessageId, long EnqueuedAt, long ReadyAt, byte[] TextHash)
{
    public long Version { get; set; }

    public MessageState State { get; set; }

    public string? Body { get; set; }
}

internal sealed record OutboxRow
{
    public long Id { get; set; }

    public required long Thread { get; init; }

    public required string Key { get; init; }

    public required string Kind { get; set; }

    public required string Payload { get; set; }

    public required long CreatedAt { get; set; }

    public required long DueAt { get; set; }

    public int Attempts { get; set; }

    /// <summary>Rises when the entry is replaced, so that the outcome of an older text does not finish a newer one.</summary>
    public long Revision { get; set; }
}

internal sealed record ReservationRow(string Id, decimal Amount, long ExpiresAt, IReadOnlyList<string> Scopes)
{
    public bool Settled { get; set; }
}

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(PullRequestRef))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
internal sealed partial class StoreJson : JsonSerializerContext;
