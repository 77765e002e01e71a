using System.Text;

namespace Drafthorse.Harness.Text;

/// <summary>Head and tail of a text that is too long, with a note between them.</summary>
internal static class CutText
{
    /// <summary>How many bytes of UTF-8 are taken for a token where text is cut: rather too few, so that what stays fits.</summary>
    public const int BytesPerToken = 3;

    /// <summary>So that what stays has at most about this many bytes of UTF-8.</summary>
    public static string ToBytes(string text, int maxBytes)
    {
        var bytes = Encoding.UTF8.GetByteCount(text);
        return bytes <= maxBytes ? text : ToLength(text, Math.Max(2, (int)((long)text.Length * maxBytes / bytes)));
    }

    /// <summary>So that at most this many characters of it stay.</summary>
    public static string ToLength(string text, int max) => text.Length <= max ? text : Between(text, max / 2, max - (max / 2), left => $"[... {left} characters left out ...]");

    /// <summary>So that these many characters stay at its ends.</summary>
    public static string Between(string text, int head, int tail, Func<int, string> note)
    {
        if (head > 0 && char.IsHighSurrogate(text[head - 1]))
        {
            head--;
        }

        if (tail > 0 && char.IsLowSurrogate(text[^tail]))
        {
            tail--;
        }

        return $"{text[..head]}\n{note(text.Length - head - tail)}\n{text[^tail..]}";
    }
}
