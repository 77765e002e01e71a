using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness;

/// <summary>How model calls change a thread's facts.</summary>
internal static class RunFacts
{
    public static ThreadFacts Add(ThreadFacts facts, TokenUsage usage, decimal costUsd) => facts with
    {
        CostUsd = facts.CostUsd + costUsd,
        UnpricedTokens = facts.UnpricedTokens + usage.Unpriced,
        InputTokens = facts.InputTokens + usage.Input,
        OutputTokens = facts.OutputTokens + usage.Output,
    };
}
