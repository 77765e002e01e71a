using System.Globalization;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Terminal;

/// <summary>What a compaction did and what it kept, in words for people.</summary>
internal static class CompactionWords
{
    /// <summary>One line: <c>12 old results were cut, 40 older messages are a summary now: 98,000 to 41,000 tokens</c>.</summary>
    public static string Line(ContextCompacted compacted)
    {
        List<string> done = [];
        if (compacted.Masked > 0)
            done.Add(string.Create(CultureInfo.InvariantCulture, $"the middle of {Count(compacted.Masked, "older tool result")} is no longer shown"));
        if (compacted.Summarized > 0)
            done.Add(string.Create(CultureInfo.InvariantCulture, $"{Count(compacted.Summarized, "older message")} became a summary"));
        var what = done.Count > 0 ? string.Join(", ", done) : "older context was made shorter";
        return string.Create(CultureInfo.InvariantCulture, $"{what}: {compacted.TokensBefore:N0} to {compacted.TokensAfter:N0} tokens");
    }

    /// <summary>What is in the model's context still, and where the rest is.</summary>
    public static string Kept(ContextCompacted compacted, int todos)
    {
        var frame = compacted.Frame ?? new ContextFrame();
        List<string> kept = [Count(compacted.Kept, "newest message")];
        if (compacted.Summarized > 0)
            kept.AddRange([$"the words of people ({Count(frame.Said.Count, "message")})", $"{Count(frame.Files.Count, "changed file")} with the last change of each", frame.Verify is null ? "no verify result" : "the last verify result"]);
        kept.Add(Count(todos, "to-do"));
        return $"Kept: {string.Join(", ", kept)}. The journal keeps everything; the agent finds it with session_search.";
    }

    private static string Count(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} {what}{(count == 1 ? "" : "s")}");
}
