using Drafthorse.Harness.Threads;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models.Replies;

/// <summary>What an attempt is taken to have used: the provider's report where it can be true, else our own estimate. A budget that believed
/// every report would be no limit for a provider that sends none, or a wrong one.</summary>
internal static class UsageSettlement
{
    /// <summary>Estimates are right within a factor of two or three; a report further off is not believed.</summary>
    private const int MostFactor = 10;

    /// <summary>What a report may be above that: prompts of the provider's own, and reasoning that it does not show.</summary>
    private const long MostHidden = 1_000_000;

    /// <summary>More than any model takes or makes.</summary>
    private const long MostTokens = 100_000_000;

    /// <summary>The usage to settle.</summary>
    /// <param name="reported">What the provider says, or null.</param>
    /// <param name="input">Our estimate of the request, in tokens.</param>
    /// <param name="output">Our estimate of what was received, in tokens.</param>
    public static TokenUsage Settle(UsageDetails? reported, long input, long output)
    {
        var settledInput = Believe(reported?.InputTokenCount, input);
        var isBelieved = settledInput == reported?.InputTokenCount;
        return Consistent(
            settledInput,
            isBelieved ? reported!.CachedInputTokenCount ?? 0 : 0,
            isBelieved ? CacheWritesOf(reported!) : 0,
            Believe(reported?.OutputTokenCount, output));
    }

    /// <summary>A report as numbers that can be added up.</summary>
    public static TokenUsage Sane(UsageDetails reported) =>
        Consistent(reported.InputTokenCount ?? 0, reported.CachedInputTokenCount ?? 0, CacheWritesOf(reported), reported.OutputTokenCount ?? 0);

    private static long Believe(long? reported, long estimate) =>
        reported is { } tokens && (tokens > 0 || (tokens == 0 && estimate == 0)) && tokens >= estimate / MostFactor && tokens <= (estimate * MostFactor) + MostHidden
            ? tokens
            : estimate;

    private static long CacheWritesOf(UsageDetails reported) => reported.AdditionalCounts?.TryGetValue(ModelProperties.CacheWrite, out var written) == true ? written : 0;

    private static TokenUsage Consistent(long input, long cached, long written, long output)
    {
        input = Math.Clamp(input, 0, MostTokens);
        cached = Math.Clamp(cached, 0, input);
        return new TokenUsage { Input = input, CachedInput = cached, CacheWrite = Math.Clamp(written, 0, input - cached), Output = Math.Clamp(output, 0, MostTokens) };
    }
}
