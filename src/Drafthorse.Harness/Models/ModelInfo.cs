namespace Drafthorse.Harness.Models;

/// <summary>What is known of a model.</summary>
public sealed record ModelInfo
{
    /// <summary>Who made it, such as <c>anthropic</c>; empty when unknown.</summary>
    public string Vendor { get; init; } = "";

    /// <summary>What it was trained on, by a name of the catalog's families; empty is its vendor's.</summary>
    public string Family { get; init; } = "";

    /// <summary>The context window, in tokens; output counts too.</summary>
    public int ContextWindow { get; init; } = 128_000;

    /// <summary>The longest answer, in tokens.</summary>
    public int MaxOutput { get; init; } = 8_192;

    /// <summary>Prices, or null when they are unknown.</summary>
    public ModelPrice? Price { get; init; }

    /// <summary>How an Anthropic model thinks: <c>adaptive</c> (it decides how much), <c>preserved</c> (so too, and it refuses its own
    /// thinking when something before it changed), <c>budget</c> (a number of tokens is set), or empty.</summary>
    public string Thinking { get; init; } = "";
}
