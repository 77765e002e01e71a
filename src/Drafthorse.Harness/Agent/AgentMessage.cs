using System.Text.Json;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness;

/// <summary>A message for an agent from code that uses the library.</summary>
public sealed record AgentMessage
{
    private const int MaxImageBytes = 5_000_000;

    /// <summary>A message with this text.</summary>
    public static AgentMessage Of(string text) => new() { Text = text };

    /// <summary>What is to be done.</summary>
    public required string Text { get; init; }

    /// <summary>The thread key; the same key goes on in the same thread. A new thread by default.</summary>
    public string ThreadKey { get; init; } = $"cli:code:{Guid.NewGuid():N}";

    /// <summary>Who asks.</summary>
    public string User { get; init; } = $"cli:{Environment.UserName}";

    /// <summary>The channel that the thread belongs to (default <c>cli</c>).</summary>
    public string Channel { get; init; } = "cli";

    /// <summary>The repository to work on, or null.</summary>
    public RepositoryRef? Repository { get; init; }

    /// <summary>Pictures: PNG, JPEG, GIF or WebP of at most 5 MB each, which is what all vendors take.</summary>
    public IReadOnlyList<MessageImage>? Images { get; init; }

    /// <summary>The JSON schema of the answer: the run then ends with one JSON value that fits it, as <see cref="AgentReply.Text"/>, or
    /// fails after two corrections. Null (default) = words.</summary>
    public JsonElement? AnswerSchema { get; init; }

    /// <summary>Whether a plan is to be agreed before anything is changed.</summary>
    public bool Plan { get; init; }

    /// <summary>When it reaches a thread that is running.</summary>
    public DeliveryMode Mode { get; init; }

    internal EnqueueRequest ToRequest()
    {
        foreach (var image in Images ?? [])
        {
            Check(image);
        }

        var id = Guid.NewGuid().ToString("N");
        return new EnqueueRequest
        {
            ThreadKey = ThreadKey,
            DeliveryId = id,
            Origin = new ThreadOrigin { Channel = Channel, User = User, Repository = Repository, Title = FirstLine(Text) },
            Message = new InboxMessage { Id = id, Sender = User, Text = Text, Images = Images, Mode = Mode, Plan = Plan, AnswerSchema = AnswerSchema?.GetRawText() },
        };
    }

    private static void Check(MessageImage image)
    {
        if (image.MediaType is not ("image/png" or "image/jpeg" or "image/gif" or "image/webp"))
        {
            throw new ArgumentException($"A picture of the type '{image.MediaType}' cannot be sent: use image/png, image/jpeg, image/gif or image/webp.");
        }

        if (image.Data.Length is 0 or > MaxImageBytes)
        {
            throw new ArgumentException($"A picture of {image.Data.Length} bytes cannot be sent: it must have from 1 to {MaxImageBytes} bytes.");
        }
    }

    private static string FirstLine(string text)
    {
        var line = text.AsSpan().Trim();
        var end = line.IndexOfAny('\r', '\n');
        line = end < 0 ? line : line[..end];
        return line.Length <= 120 ? line.ToString() : $"{line[..117]}...";
    }
}
