using System.Globalization;

namespace Drafthorse.Harness.Models.Http.Requests;

/// <summary>Makes the call ids of one request unique and acceptable to every vendor. Models repeat ids, leave them empty, or use
/// characters that only their own vendor takes. The n-th call of an id belongs to its n-th result, so the same conversation
/// always gets the same ids.</summary>
internal sealed class CallIds
{
    private const int LongestId = 64;
    private const int LongestName = 128;

    private readonly HashSet<string> _calls = [];
    private readonly HashSet<string> _results = [];

    public string ForCall(string? id) => Next(_calls, id);

    public string ForResult(string? id) => Next(_results, id);

    /// <summary>A tool's name as vendors accept it: letters, digits, <c>_</c> and <c>-</c>.</summary>
    public static string ToolName(string? name) => Clean(name, "unknown_tool", LongestName);

    private static string Next(HashSet<string> used, string? id)
    {
        var clean = Clean(id, "call", LongestId);
        var unique = clean;
        for (var count = 2; !used.Add(unique); count++)
        {
            unique = string.Create(CultureInfo.InvariantCulture, $"{clean}_{count}");
        }

        return unique;
    }

    private static string Clean(string? text, string whenEmpty, int longest)
    {
        if (string.IsNullOrEmpty(text))
        {
            return whenEmpty;
        }

        var length = Math.Min(text.Length, longest);
        for (var index = 0; index < length; index++)
        {
            if (!Allowed(text[index]))
            {
                return string.Create(length, text, static (span, source) =>
                {
                    for (var at = 0; at < span.Length; at++)
                    {
                        span[at] = Allowed(source[at]) ? source[at] : '_';
                    }
                });
            }
        }

        return length == text.Length ? text : text[..length];
    }

    private static bool Allowed(char character) => char.IsAsciiLetterOrDigit(character) || character is '_' or '-';
}
