namespace Drafthorse.Harness.Threads;

/// <summary>Something that happened in a thread. Members are never required when read: an older or newer build may lack them.</summary>
public abstract record JournalEvent;

/// <summary>A run began: one owner, from claim to release.</summary>
public sealed record RunStarted : JournalEvent
{
    /// <summary>The run's fencing token, which also names the run.</summary>
    public long Token { get; init; }

    /// <summary>The replica.</summary>
    public string Owner { get; init; } = "";

    /// <summary>Whether a previous owner's lease ran out.</summary>
    public bool TakenOver { get; init; }
}

/// <summary>The system prompt from here on. Journaled, so that every later request repeats it byte for byte.</summary>
public sealed record PromptSet : JournalEvent
{
    /// <summary>The system prompt.</summary>
    public string System { get; init; } = "";

    /// <summary>The workspace that it was composed of; null without one.</summary>
    public WorkspaceMark? Workspace { get; init; }
}

/// <summary>Messages were taken from the inbox into the conversation.</summary>
public sealed record MessagesTaken : JournalEvent
{
    /// <summary>The messages in order.</summary>
    public IReadOnlyList<InboxEntry> Messages { get; init; } = [];
}

/// <summary>Code told the model something: a guard's warning, a verify failure, steps that were lost.</summary>
public sealed record NoticeGiven : JournalEvent
{
    /// <summary>What kind of notice, such as <c>loop</c>, <c>verify</c>, <c>lost-effects</c>, <c>hand-over</c>.</summary>
    public string Topic { get; init; } = "";

    /// <summary>What the model reads: code's own words.</summary>
    public string Text { get; init; } = "";

    /// <summary>What a command printed, which is data and anybody's words; null = nothing.</summary>
    public string? Output { get; init; }
}

/// <summary>The model answered.</summary>
public sealed record ModelReplied : JournalEvent
{
    /// <summary>The step, from 1, over the thread's life.</summary>
    public int Step { get; init; }

    /// <summary>The specification of the model that answered, such as <c>anthropic:NAME</c> (a fallback's, if one did).</summary>
    public string Model { get; init; } = "";

    /// <summary>Text, reasoning and tool calls, in the model's order.</summary>
    public IReadOnlyList<ContentBlock> Content { get; init; } = [];

    /// <summary>Why the model stopped, as Microsoft.Extensions.AI names it (<c>stop</c>, <c>tool_calls</c>, <c>length</c>); empty when unknown.</summary>
    public string FinishReason { get; init; } = "";

    /// <summary>Tokens used.</summary>
    public TokenUsage Usage { get; init; } = new();

    /// <summary>What it cost, in USD; 0 for a model without a price.</summary>
    public decimal CostUsd { get; init; }
}

/// <summary>A tool call began. Committed before the call; one without a matching <see cref="ToolFinished"/> has an unknown outcome.</summary>
public sealed record ToolStarted : JournalEvent
{
    /// <summary>Our id of the call, made of token, step and index; the sandbox keeps its result under it.</summary>
    public string CallId { get; init; } = "";

    /// <summary>The model's id of the call.</summary>
    public string ModelCallId { get; init; } = "";

    /// <summary>The tool.</summary>
    public string Tool { get; init; } = "";

    /// <summary>The arguments, as JSON.</summary>
    public string Arguments { get; init; } = "";

    /// <summary>The tool's effect: <c>read</c>, <c>write</c> or <c>external</c>.</summary>
    public string Effect { get; init; } = "";
}

/// <summary>A tool call ended, well or not.</summary>
public sealed record ToolFinished : JournalEvent
{
    /// <summary>Our id of the call.</summary>
    public string CallId { get; init; } = "";

    /// <summary>The model's id of the call.</summary>
    public string ModelCallId { get; init; } = "";

    /// <summary>The tool.</summary>
    public string Tool { get; init; } = "";

    /// <summary>What the model sees, after redaction and eviction.</summary>
    public IReadOnlyList<ContentBlock> Content { get; init; } = [];

    /// <summary>Whether the call failed.</summary>
    public bool IsError { get; init; }

    /// <summary>Why it failed, such as <c>invalid_arguments</c>; null when it did not.</summary>
    public string? ErrorClass { get; init; }

    /// <summary>How long it took, in milliseconds.</summary>
    public double DurationMs { get; init; }
}

/// <summary>The model wrote the thread's to-do list; it takes the place of the one before.</summary>
public sealed record TodosWritten : JournalEvent
{
    /// <summary>The model's id of the call that wrote it.</summary>
    public string CallId { get; init; } = "";

    /// <summary>The whole list, in order.</summary>
    public IReadOnlyList<TodoItem> Items { get; init; } = [];
}

/// <summary>The verify commands ran on a clean checkout.</summary>
public sealed record VerifyFinished : JournalEvent
{
    /// <summary>The round, from 1.</summary>
    public int Round { get; init; }

    /// <summary>The exact commit that was checked.</summary>
    public string Commit { get; init; } = "";

    /// <summary>Each command with its exit code and the end of its output, in order; those after a failure did not run.</summary>
    public IReadOnlyList<VerifyResult> Results { get; init; } = [];

    /// <summary>Whether all commands ended with 0.</summary>
    public bool Passed { get; init; }
}

/// <summary>One verify command's outcome.</summary>
public sealed record VerifyResult
{
    /// <summary>The command line.</summary>
    public string Command { get; init; } = "";

    /// <summary>Its exit code, or null when it did not end by itself.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The end of its output.</summary>
    public string OutputTail { get; init; } = "";

    /// <summary>What it printed of the first failing test; null when none was recognized.</summary>
    public string? Excerpt { get; init; }

    /// <summary>What the sandbox ran out of while it failed, in words; null = nothing that is known.</summary>
    public string? Shortage { get; init; }

    /// <summary>How long it took, in milliseconds.</summary>
    public double DurationMs { get; init; }
}

/// <summary>The thread's branch on the code host was moved to a commit.</summary>
public sealed record BranchPushed : JournalEvent
{
    /// <summary>The repository, <c>owner/name</c>.</summary>
    public string Repository { get; init; } = "";

    /// <summary>The branch.</summary>
    public string Branch { get; init; } = "";

    /// <summary>The commit.</summary>
    public string Commit { get; init; } = "";
}

/// <summary>An effect outside happened, or was given up.</summary>
public sealed record EffectFinished : JournalEvent
{
    /// <summary>The outbox entry's kind.</summary>
    public string Effect { get; init; } = "";

    /// <summary>The outbox entry's key.</summary>
    public string Key { get; init; } = "";

    /// <summary>Whether it happened.</summary>
    public bool Succeeded { get; init; }

    /// <summary>A URL, an id, or the error.</summary>
    public string Result { get; init; } = "";
}

/// <summary>A run ended.</summary>
public sealed record RunFinished : JournalEvent
{
    /// <summary>The run's fencing token.</summary>
    public long Token { get; init; }

    /// <summary>How it ended, by the names of <see cref="ThreadStatus"/>.</summary>
    public string Outcome { get; init; } = "";

    /// <summary>Why, for people; empty when it ended well.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The model's last words, or the hand-over summary.</summary>
    public string FinalText { get; init; } = "";

    /// <summary>Which part failed: <c>None</c>, <c>Model</c>, <c>Sandbox</c>, <c>Limit</c>.</summary>
    public string Failure { get; init; } = "";

    /// <summary>What code has to say about the work, one line each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>What people are still asked to decide; null = nothing.</summary>
    public IReadOnlyList<Approval>? WaitsFor { get; init; }

    /// <summary>Steps of this run.</summary>
    public int Steps { get; init; }

    /// <summary>Tokens of this run.</summary>
    public TokenUsage Usage { get; init; } = new();

    /// <summary>Cost of this run, in USD.</summary>
    public decimal CostUsd { get; init; }
}
