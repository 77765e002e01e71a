using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models.Replies;

/// <summary>What the many reasons for which models stop mean. A reason that is not known stays as it is: it never counts as an end.</summary>
internal static class FinishReasons
{
    /// <summary>The model wrote a call that its server could not read.</summary>
    public const string MalformedCall = "malformed_call";

    public const int LongestReason = 64;

    private static readonly string[] Malformed = ["malformed", "unexpected_tool_call", "invalid_tool_call", "invalid_function_call", "tool_call_error", "too_many_tool_calls", "missing_thought_signature"];
    private static readonly string[] Filtered = ["filter", "refus", "safety", "recitation", "blocklist", "blocked", "prohibited", "spii", "sensitive", "guardrail", "moderation", "policy", "language"];
    private static readonly string[] Failed = ["error", "fail", "insufficient", "network", "abort", "cancel", "timeout", "timed_out", "overload", "unavailable", "interrupt", "server", "system", "disconnect", "exception", "rate_limit", "quota"];
    private static readonly string[] Length = ["length", "max_", "_limit", "token_limit", "context_window", "truncat", "incomplete"];
    private static readonly string[] Calls = ["tool_call", "tool_use", "function_call"];
    private static readonly string[] Stop = ["eos", "eot", "end", "done", "finish", "finished"];
    private static readonly string[] StopBeginnings = ["stop", "end_turn", "end_of", "eos_", "complete"];

    /// <summary>The reason in the words that the loop knows: <c>stop</c>, <c>tool_calls</c>, <c>length</c>, <c>content_filter</c>,
    /// <see cref="MalformedCall"/>; else the provider's own, bounded.</summary>
    public static ChatFinishReason? Read(string? reason) => Normal(reason) switch
    {
        "" or "null" or "none" => null,
        "pause_turn" => new ChatFinishReason("pause_turn"),
        var name when Has(name, Malformed) => new ChatFinishReason(MalformedCall),
        var name when Array.Exists(Calls, word => name.StartsWith(word, StringComparison.Ordinal)) => ChatFinishReason.ToolCalls,
        var name when IsFailure(name) => new ChatFinishReason(name),
        var name when Has(name, Length) => ChatFinishReason.Length,
        var name when Has(name, Filtered) => ChatFinishReason.ContentFilter,
        var name when Array.IndexOf(Stop, name) >= 0 || Array.Exists(StopBeginnings, word => name.StartsWith(word, StringComparison.Ordinal)) => ChatFinishReason.Stop,
        var name => new ChatFinishReason(name),
    };

    /// <summary>Whether the provider says by its reason that it failed: the same call may succeed a little later.</summary>
    public static bool IsFailure(string reason) => Normal(reason) is var name && Has(name, Failed) && !Has(name, Malformed) && !Has(name, Filtered);

    /// <summary>Whether the model stopped because it had nothing more to say.</summary>
    public static bool IsEnd(string reason) => reason is "" or "stop";

    /// <summary>Whether the loop knows what the reason means; an answer without a reason ends as others do.</summary>
    public static bool IsKnown(string reason) => reason is "" or "stop" or "tool_calls" or "length" or "content_filter";

    private static string Normal(string? reason)
    {
        var name = (reason ?? "").Trim();
        name = name.Length > LongestReason ? name[..LongestReason] : name;
        return string.Concat(name.Select(character => char.IsAsciiLetterOrDigit(character) ? char.ToLowerInvariant(character) : '_'));
    }

    private static bool Has(string name, string[] parts) => Array.Exists(parts, part => name.Contains(part, StringComparison.Ordinal));
}
