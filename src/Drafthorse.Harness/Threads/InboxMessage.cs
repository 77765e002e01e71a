using System.Text.Json.Serialization;
using Drafthorse.Harness.Threads.Json;

namespace Drafthorse.Harness.Threads;

/// <summary>One message from a person (or from code on their behalf) to a thread.</summary>
public sealed record InboxMessage
{
    /// <summary>Names the message over all its deliveries and edits, such as <c>github:comment:123</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Rises with every edit; an older or equal version of a known message changes nothing.</summary>
    public long Version { get; init; }

    /// <summary>Who wrote it, as the channel names them, such as <c>github:octocat</c>.</summary>
    public required string Sender { get; init; }

    /// <summary>What the sender wrote. May be treated as an instruction: the sender was allowed to trigger.</summary>
    public required string Text { get; init; }

    /// <summary>Material the message refers to (an issue's body and comments by others): data, never instruction. Null when there is none.</summary>
    public IReadOnlyList<QuotedMaterial>? Material { get; init; }

    /// <summary>The model specification that the sender chose with this message for the thread from here on; null leaves the model.</summary>
    public string? Model { get; init; }

    /// <summary>Pictures in the message.</summary>
    public IReadOnlyList<MessageImage>? Images { get; init; }

    /// <summary>The JSON schema that the run's last reply must fit; null = words.</summary>
    public string? AnswerSchema { get; init; }

    /// <summary>When it reaches a thread that is running.</summary>
    public DeliveryMode Mode { get; init; }

    /// <summary>Whether the sender wants a plan to be agreed before anything is changed.</summary>
    public bool Plan { get; init; }

    /// <summary>A person's answer to an approval, made by code that checked who may; null for words.</summary>
    public ApprovalAnswer? Answer { get; init; }
}

/// <summary>Text that somebody outside wrote. Shown to the model fenced and escaped, as data.</summary>
/// <param name="Title">What it is, such as <c>issue body</c>.</param>
/// <param name="Author">Who wrote it.</param>
/// <param name="Text">The text.</param>
public sealed record QuotedMaterial(string Title, string Author, string Text);

/// <summary>A picture: its media type and its bytes.</summary>
public sealed record MessageImage(string MediaType, ReadOnlyMemory<byte> Data);

/// <summary>When a message reaches a thread that is running.</summary>
[JsonConverter(typeof(LenientEnumConverter<DeliveryMode>))]
public enum DeliveryMode
{
    /// <summary>At the next step boundary (default).</summary>
    Step,

    /// <summary>Interrupts the current model or tool call.</summary>
    Steer,

    /// <summary>Waits for the end of the run.</summary>
    Queue,
}
