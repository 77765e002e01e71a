using System.Text.RegularExpressions;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Channels.GitHub.Commenting;

/// <summary>The HTML comments, invisible on the page, by which Drafthorse finds again what it wrote.</summary>
internal static partial class Markers
{
    public const string Start = "<!-- drafthorse:";

    public static string Status(ThreadId thread) => $"{Start}status thread={thread} -->";

    public static string Reply(ThreadId thread, long run) => $"{Start}reply thread={thread} run={run} -->";

    public static string Answer(long commentId) => $"{Start}answer comment={commentId} -->";

    public static string Draft(ThreadId thread) => $"{Start}draft thread={thread} -->";

    public static string RegionStart(string name) => $"{Start}{name} -->";

    public static string RegionEnd(string name) => $"<!-- /drafthorse:{name} -->";

    /// <summary>Text of a repository without anything that could pass for a marker.</summary>
    public static string Without(string text) => AnyMarker().Replace(text, "<!-- ");

    /// <summary>The thread that a pull request's body says it was made by. A hint: whoever can edit the body can write one.</summary>
    public static ThreadId? FindDraftThread(string? body) =>
        body is not null && DraftMarker().Match(body) is { Success: true } match && ThreadId.TryParse(match.Groups[1].Value, null, out var id)
            ? id
            : null;

    [GeneratedRegex("<!--[ ]*/?drafthorse:", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex AnyMarker();

    [GeneratedRegex("<!-- drafthorse:draft thread=([0-9a-f-]{36}) -->", RegexOptions.CultureInvariant)]
    private static partial Regex DraftMarker();
}
