using System.Globalization;
using System.Text.RegularExpressions;

namespace Drafthorse.Harness.Models.Http.Errors;

/// <summary>How long providers ask to wait: in headers, in members of the body, in words.</summary>
internal static partial class RetryDelays
{
    private static readonly TimeSpan Most = TimeSpan.FromDays(7);

    /// <summary>What the headers ask for, or null.</summary>
    public static TimeSpan? OfHeaders(HttpResponseMessage response, DateTimeOffset now)
    {
        if (response.Headers.TryGetValues("retry-after-ms", out var values)
            && double.TryParse(values.FirstOrDefault(), NumberStyles.Float, CultureInfo.InvariantCulture, out var milliseconds)
            && Seconds(milliseconds / 1000) is { } exact)
        {
            return exact;
        }

        if (response.Headers.RetryAfter is { } header)
        {
            var wait = header.Delta ?? (header.Date is { } date ? date - now : null);
            return wait is { } span ? Bounded(span) : null;
        }

        // Fractions of seconds are not HTTP, and common.
        return response.Headers.TryGetValues("retry-after", out values) ? OfText(values.FirstOrDefault() ?? "") : null;
    }

    /// <summary>A member's value, such as <c>1s</c>, <c>1m30.5s</c>, <c>200ms</c> or <c>7</c> (seconds); null when it is none.</summary>
    public static TimeSpan? OfText(string text)
    {
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds))
        {
            return Seconds(seconds);
        }

        return Duration().Match(text.Trim()) is { Success: true, Length: > 0 } match && match.Length == text.Trim().Length ? Sum(match) : null;
    }

    /// <summary>What words ask for, such as <c>Please try again in 6m0s</c> or <c>retry after 6 seconds</c>; null when they do not.</summary>
    public static TimeSpan? InWords(string words) => Asked().Match(words) is { Success: true } match ? Sum(match) : null;

    public static TimeSpan? Seconds(double seconds) => seconds is >= 0 and < 1e9 ? Bounded(TimeSpan.FromSeconds(seconds)) : null;

    public static TimeSpan? Longer(TimeSpan? one, TimeSpan? other) => one is null || other > one ? other : one;

    private static TimeSpan Bounded(TimeSpan span) => span < TimeSpan.Zero ? TimeSpan.Zero : span > Most ? Most : span;

    private static TimeSpan? Sum(Match match) =>
        Seconds((Of(match, "h") * 3600) + (Of(match, "m") * 60) + Of(match, "s") + (Of(match, "ms") / 1000));

    private static double Of(Match match, string unit) =>
        match.Groups[unit] is { Success: true } group && double.TryParse(group.ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : 0;

    private const string Units = @"(?:(?<h>\d{1,9})\s*h(?:ours?|rs?)?\b\s*|(?<h>\d{1,9})h)?(?:(?<m>\d{1,9})\s*m(?:in(?:ute)?s?)?\b\s*|(?<m>\d{1,9})m(?!s))?(?:(?<s>\d{1,9}(?:\.\d{1,9})?)\s*s(?:ec(?:ond)?s?)?\b)?\s*(?:(?<ms>\d{1,9}(?:\.\d{1,9})?)\s*(?:ms|milliseconds?)\b)?";

    [GeneratedRegex("^" + Units + "$", RegexOptions.IgnoreCase, 200)]
    private static partial Regex Duration();

    [GeneratedRegex(@"(?:retry|try again|wait|available again|resets?)\s*(?:your request\s*)?(?:in|after|for|at least)?\s*(?:about\s*|approximately\s*)?(?=\d)" + Units, RegexOptions.IgnoreCase, 200)]
    private static partial Regex Asked();
}
