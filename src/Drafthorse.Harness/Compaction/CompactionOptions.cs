namespace Drafthorse.Harness;

/// <summary>When and how older context is replaced by a summary.</summary>
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
