namespace Drafthorse.Harness.Threads;

/// <summary>Older context was made shorter. The events before it stay in the journal.</summary>
public sealed record ContextCompacted : JournalEvent
{
    /// <summary>The system prompt from here on.</summary>
    public string System { get; init; } = "";

    /// <summary>The workspace that <see cref="System"/> was composed of, or that the model was told of last; null without one.</summary>
    public WorkspaceMark? Workspace { get; init; }

    /// <summary>The last step before.</summary>
    public int Step { get; init; }

    /// <summary>The first inbox position that the run has consumed, or null.</summary>
    public long? FirstMessageOfRun { get; init; }

    /// <summary>The id of the newest message from a person, or null.</summary>
    public string? LastMessageId { get; init; }

    /// <summary>The JSON schema that the run's last reply must fit, or null.</summary>
    public string? AnswerSchema { get; init; }

    /// <summary>How the run's work was judged last, or null.</summary>
    public DoneJudged? Judged { get; init; }

    /// <summary>Tokens that the summary used.</summary>
    public TokenUsage Usage { get; init; } = new();

    /// <summary>What the summary cost, in USD.</summary>
    public decimal CostUsd { get; init; }

    /// <summary>The context from here on, oldest first: summary, then the messages that were kept.</summary>
    public IReadOnlyList<ContextMessage> Context { get; init; } = [];

    /// <summary>Estimated tokens before and after.</summary>
    public int TokensBefore { get; init; }

    /// <summary>Estimated tokens after.</summary>
    public int TokensAfter { get; init; }

    /// <summary>How many of <see cref="Context"/>'s messages are older than the run that goes on.</summary>
    public int MessagesBeforeRun { get; init; }

    /// <summary>What code carries along, as of this event; null in journals of older builds.</summary>
    public ContextFrame? Frame { get; init; }

    /// <summary>How many older tool results lost their middle.</summary>
    public int Masked { get; init; }

    /// <summary>How many older messages a summary stands for.</summary>
    public int Summarized { get; init; }

    /// <summary>How many of the newest messages stayed.</summary>
    public int Kept { get; init; }
}
