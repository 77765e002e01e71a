using System.Buffers;

namespace Drafthorse.Harness.DoneGates;

/// <summary>What a reply is, by its form.</summary>
internal static class ReplyKind
{
    /// <summary>Question marks of the world's scripts.</summary>
    private const string Marks = "?？؟՞፧⸮︖﹖";

    /// <summary>What may stand behind a sentence's last mark.</summary>
    private const string Closing = "*_`~\"'”’»」』)）]> \t\r\n";

    private static readonly SearchValues<char> Ends = SearchValues.Create(".!?\n。！？");

    /// <summary>Whether a reply ends in a question to the person. Whether there is anything else to do is none.</summary>
    public static bool IsQuestion(string text)
    {
        var end = text.AsSpan().TrimEnd(Closing);
        if (end.Length == 0 || !Marks.Contains(end[^1]))
            return false;
        var last = end[..^1];
        var start = last.LastIndexOfAny(Ends) + 1;
        return !last[start..].Contains("anything else", StringComparison.OrdinalIgnoreCase);
    }
}
