using System.Globalization;
using System.Text.RegularExpressions;

namespace Drafthorse.Harness.Models.Http.Errors;

/// <summary>Finds the most tokens that a request may have in what providers say of one that is too long.</summary>
internal static partial class OverflowLimit
{
    /// <summary>The limit, or null when the words name none.</summary>
    public static long? Find(string words)
    {
        var match = Limit().Match(words);
        return match.Success && long.TryParse(match.Groups.Values.Skip(1).First(group => group.Success).Value.Replace(",", "", StringComparison.Ordinal), NumberStyles.None, CultureInfo.InvariantCulture, out var limit)
            ? limit
            : null;
    }

    // "maximum context length is 128000", "context length is only 4096", "> 200000 maximum", "[1, 129024]", "context size (4096", "token limit: 131072",
    // "tokens allowed (1048576)", "maximum prompt length is 131072", "maximum model length of 4096", "32768 maximum context length"
    [GeneratedRegex(
        @"(?:context|prompt|model|input|sequence)[ _](?:length|window|size|limit)(?: is| of| limit| was)?(?: only)?\s*[:(=]?\s*(\d[\d,]{2,11})(?!\d)|tokens? limit(?: is| of)?\s*[:(=]?\s*(\d[\d,]{2,11})(?!\d)|tokens allowed\s*\(?\s*(\d[\d,]{2,11})(?!\d)|>\s*(\d[\d,]{2,11})(?!\d)|\[1,\s*(\d{3,12})\]|(?<!\d)(\d[\d,]{2,11}) (?:tokens? )?(?:maximum|limit)",
        RegexOptions.IgnoreCase, 200)]
    private static partial Regex Limit();
}
