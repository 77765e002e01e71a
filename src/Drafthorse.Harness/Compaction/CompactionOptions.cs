using Microsoft.Extensions.AI;

namespace Drafthorse.Harness;

/// <summary>When and how older context is made shorter.</summary>
public sealed class CompactionOptions
{
    /// <summary>Whether the context is made shorter by itself (default true). Without it a run whose context is full fails; a person can
    /// still ask for it.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Compact when fewer tokens than this are left in the context window (default 20,000).</summary>
    public int MinTokensLeft { get; set; } = 20_000;

    /// <summary>Compact when this part of the context window is used (default 0.8).</summary>
    public double MaxFill { get; set; } = 0.8;

    /// <summary>Compact also when the context has this many messages; null (default) = not, as it breaks prompt caches more often.</summary>
    public int? TriggerMessages { get; set; }

    /// <summary>How many of the newest messages stay as they are (default 20; fewer when they do not fit).</summary>
    public int KeepMessages { get; set; } = 20;

    /// <summary>Whether old tool results lose their middle first (default true); only when that is not enough older messages are summarized.</summary>
    public bool MaskResults { get; set; } = true;

    /// <summary>Whether code carries along what people said, which files were changed, the newest commands and the verify state (default true).</summary>
    public bool CarryFrame { get; set; } = true;

    /// <summary>Whether a model writes the summary (default true); else a shortened transcript stands for older messages.</summary>
    public bool Summarize { get; set; } = true;

    /// <summary>The model that summarizes; null (default) = the one that works, whose prompt cache has most of the question.</summary>
    public IChatClient? SummaryModel { get; set; }

    /// <summary>The specification of <see cref="SummaryModel"/> (<c>provider:model</c>), for its window and prices; null = as its client says.</summary>
    public string? SummaryModelName { get; set; }

    /// <summary>Whether the agent has the tool <c>session_search</c>, which finds what is no longer shown (default true).</summary>
    public bool SessionSearch { get; set; } = true;

    /// <summary>What happens to old tool arguments that stay.</summary>
    public ArgumentTruncationOptions TruncateArguments { get; set; } = new();
}

/// <summary>Shortens long arguments of old calls, at compaction only.</summary>
public sealed class ArgumentTruncationOptions
{
    /// <summary>Arguments longer than this many characters are shortened (default 2,000).</summary>
    public int MaxLength { get; set; } = 2000;

    /// <summary>How many characters of each long value stay (default 20).</summary>
    public int KeepLength { get; set; } = 20;
}
