using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Agent;

/// <summary>A message for an agent from code that uses the library.</summary>
public sealed record AgentMessage
{
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

    /// <summary>Pictures.</summary>
    public IReadOnlyList<MessageImage>? Images { get; init; }

    /// <summary>When it reaches a thread that is running.</summary>
    public DeliveryMode Mode { get; init; }

    internal EnqueueRequest ToRequest()
    {
        var id = Guid.NewGuid().ToString("N");
        return new EnqueueRequest
        {
            ThreadKey = ThreadKey,
            DeliveryId = id,
            Origin = new ThreadOrigin { Channel = Channel, User = User, Repository = Repository, Title = FirstLine(Text) },
            Message = new InboxMessage { Id = id, Sender = User, Text = Text, Images = Images, Mode = Mode },
        };
    }

    private static string FirstLine(string text)
    {
        var line = text.AsSpan().Trim();
        var end = line.IndexOfAny('\r', '\n');
        line = end < 0 ? line : line[..end];
        return line.Length <= 120 ? line.ToString() : $"{line[..117]}...";
    }
}

/// <summary>How a run ended.</summary>
public sealed record AgentReply
{
    /// <summary>The thread.</summary>
    public required ThreadId ThreadId { get; init; }

    /// <summary>The thread's state.</summary>
    public required ThreadStatus Status { get; init; }

    /// <summary>The model's last words.</summary>
    public required string Text { get; init; }

    /// <summary>Why it ended; empty when it ended well.</summary>
    public required string Reason { get; init; }

    /// <summary>Tokens used.</summary>
    public required Threads.Journal.TokenUsage Usage { get; init; }

    /// <summary>Cost in USD.</summary>
    public required decimal CostUsd { get; init; }
}
