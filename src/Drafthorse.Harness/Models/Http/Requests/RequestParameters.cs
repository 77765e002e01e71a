using System.Text.RegularExpressions;
using Drafthorse.Harness.Models.Http.Errors;

namespace Drafthorse.Harness.Models.Http.Requests;

/// <summary>Which members of a request a model's server takes. What one names as unsupported is left out, or sent by its other name, from then
/// on. Shared by all calls of a model in this process.</summary>
internal sealed partial class RequestParameters
{
    public const string ReasoningContent = "reasoning_content";

    private static readonly string[] Lengths = ["max_completion_tokens", "max_tokens"];

    /// <summary>What a request can do without.</summary>
    private static readonly string[] Optional =
    [
        "temperature", "top_p", "parallel_tool_calls", "disable_parallel_tool_use", "stream_options", "reasoning_effort", "enable_thinking", "tool_choice", "strict", "response_format",
        "prompt_cache_key", "include", "store", "reasoning", "text", "thinking", "output_config", "cache_control", "max_output_tokens", ReasoningContent,
    ];

    private readonly Lock _gate = new();
    private readonly HashSet<string> _refused = new(StringComparer.Ordinal);

    /// <summary>Changes with each thing that is learnt: what was written before is not gone on from.</summary>
    public int Version { get; private set; }

    /// <summary>Whether each assistant message with calls must have its reasoning, empty when nothing is known.</summary>
    public bool DemandsReasoning { get; private set; }

    public bool Takes(string name)
    {
        lock (_gate)
        {
            return !_refused.Contains(name);
        }
    }

    /// <summary>What the longest answer is called, by preference; null when the server takes none of the names.</summary>
    public string? NameOfLength(string preferred) => Takes(preferred) ? preferred : Array.Find(Lengths, Takes);

    /// <summary>Learns from what a refused request was told. Returns false when it says nothing of what could be left out or changed.</summary>
    /// <param name="reason">What the server said.</param>
    /// <param name="lengthName">What the longest answer is called by preference; null when it cannot be left out.</param>
    public bool Learn(ProviderReason reason, string? lengthName)
    {
        var named = reason.Parameters.SelectMany(place => Separators().Split(place)).Select(SnakeCase).ToHashSet(StringComparer.Ordinal);
        if (Refusal().IsMatch(reason.All))
        {
            named.UnionWith(Names().Matches(reason.Message).Select(match => SnakeCase(match.Groups[1].Value)));
        }

        lock (_gate)
        {
            var before = (_refused.Count, DemandsReasoning);
            if (IsAboutReasoning(reason.Message) && Demand().IsMatch(reason.Message) && !DemandsReasoning)
            {
                DemandsReasoning = true;
                _refused.Remove(ReasoningContent);
            }
            else
            {
                _refused.UnionWith(Optional.Where(name => named.Contains(name) && !IsOnlyMentioned(name, reason.Message)));
                if (lengthName is not null && NameOfLength(lengthName) is { } current && named.Contains(current))
                {
                    _refused.Add(current);
                }
            }

            if (before == (_refused.Count, DemandsReasoning))
            {
                return false;
            }

            Version++;
            return true;
        }
    }

    private static bool IsAboutReasoning(string message) =>
        message.Contains(ReasoningContent, StringComparison.Ordinal) || message.Contains("content[].thinking", StringComparison.Ordinal);

    /// <summary>Complaints about blocks of thinking are not about the parameter.</summary>
    private static bool IsOnlyMentioned(string name, string message) =>
        name == "thinking" && (message.Contains("block", StringComparison.OrdinalIgnoreCase) || message.Contains("signature", StringComparison.OrdinalIgnoreCase));

    private static string SnakeCase(string name) => Humps().Replace(name, "_$0").ToLowerInvariant();

    [GeneratedRegex(@"[.\[\]/:\s]+")]
    private static partial Regex Separators();

    [GeneratedRegex("(?<=[a-z0-9])[A-Z]")]
    private static partial Regex Humps();

    /// <summary>A name with an underscore or a hump, in quotation marks, or before a colon, and the one that is an ordinary word.</summary>
    [GeneratedRegex(@"(?<![A-Za-z0-9_])([a-z][a-z0-9]*(?:_[a-z0-9]+)+|[a-z]+(?:[A-Z][a-z]+)+|temperature|[a-z]+(?=['""`])|^[a-z]+(?=:))(?![A-Za-z0-9_])")]
    private static partial Regex Names();

    [GeneratedRegex(
        @"unsupported|not (?:be )?(?:supported|permitted|allowed|accepted|available|implemented|recogni[sz]ed|a valid|expected|used|compatible)|n[o']t support|unrecogni[sz]ed|unknown|unexpected|extra[_ ](?:inputs?|fields?|forbidden)|deprecated|cannot (?:find|be|specify|use)|no longer|invalid (?:parameter|argument|field|option)|additional properties|incompatible|removed|only .{0,40}(?:supported|allowed|accepted)|instead|disabled|不支持",
        RegexOptions.IgnoreCase, 200)]
    private static partial Regex Refusal();

    [GeneratedRegex("missing|must|required|passed back|include|expected|provide|缺少|必须", RegexOptions.IgnoreCase)]
    private static partial Regex Demand();
}
