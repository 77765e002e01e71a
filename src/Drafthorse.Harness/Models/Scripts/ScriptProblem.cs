using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Drafthorse.Harness.Models;

/// <summary>Says what is wrong in a script, in the words of scripts instead of those of the types that they are read into.</summary>
internal static partial class ScriptProblem
{
    private const string Turn = "when, expect, window, reasoning, text, calls, delayMs, error, finishReason, usage, repeat";
    private const string Call = "id, name, arguments";
    private const string Usage = "input, cachedInput, cacheWrite, output";

    public static string Describe(JsonException exception, bool withLine)
    {
        var place = (exception.Path ?? "$").TrimStart('$').TrimStart('.');
        var line = withLine && exception.LineNumber is { } number ? string.Create(CultureInfo.InvariantCulture, $"line {number + 1}: ") : "";
        return line + (UnknownMember().Match(exception.Message) is { Success: true } unknown ? $"there is no member '{unknown.Groups[1].Value}'; {MembersAt(place)}"
            : exception.Message.Contains("could not be converted", StringComparison.Ordinal) ? $"{(place.Length == 0 ? "a turn" : $"'{place}'")} must be {KindAt(place)}"
            : $"it is not JSON{(place.Length == 0 ? "" : $" at '{place}'")}: {Plain(exception.Message)}");
    }

    private static string MembersAt(string place) =>
        place.Contains("calls[", StringComparison.Ordinal) ? $"a call has {Call}" : place.Contains("usage", StringComparison.Ordinal) ? $"usage has {Usage}" : $"a turn has {Turn}";

    private static string KindAt(string place) => place[(place.LastIndexOf('.') + 1)..] switch
    {
        "delayMs" => "a whole number of milliseconds",
        "window" => "a whole number of tokens",
        "error" => $"one of {string.Join(", ", Enum.GetNames<ModelErrorKind>())}",
        "repeat" => "true or false",
        "calls" => "an array of calls",
        "usage" => $"an object with {Usage}",
        "input" or "cachedInput" or "cacheWrite" or "output" => "a whole number of tokens",
        "when" or "expect" or "reasoning" or "text" or "finishReason" or "id" or "name" => "a string",
        "" => "an object",
        _ => "an object or a string",
    };

    /// <summary>The reader's own words without the place, which stands before them.</summary>
    private static string Plain(string message) => message.Split(" Path: ", 2)[0].Split(" LineNumber: ", 2)[0].TrimEnd('.') + ".";

    [GeneratedRegex("JSON property '(.*?)' could not be mapped")]
    private static partial Regex UnknownMember();
}
