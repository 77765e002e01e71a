using System.Globalization;
using System.Text;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness;

/// <summary>Older context as text for a summary: every message is there, long ones with their middle left out.</summary>
internal static class Transcript
{
    /// <summary>How many bytes of UTF-8 are taken for a token where text is cut: rather too few, so that what stays fits.</summary>
    public const int BytesPerToken = 3;

    private const int MaxMessage = 2000;

    /// <summary>The transcript, at most about <paramref name="maxBytes"/> of UTF-8: the middle goes first, since the beginning has the
    /// task and the end has the state of the work.</summary>
    public static string Write(IReadOnlyList<ContextMessage> messages, int maxBytes)
    {
        var text = new StringBuilder();
        foreach (var message in messages)
        {
            text.Append(CultureInfo.InvariantCulture, $"[{message.Role}]\n");
            foreach (var block in message.Content)
            {
                text.Append(block.Kind switch
                {
                    "text" => Cut(block.Text ?? "", MaxMessage),
                    "tool_call" => $"calls {block.Name} {Cut(block.Arguments ?? "", MaxMessage)}",
                    "image" => "(a picture)",
                    _ => "",
                }).Append('\n');
            }
        }

        return CutBytes(text.ToString(), maxBytes);
    }

    /// <summary>Head and tail of a text, so that what stays has at most about this many bytes of UTF-8.</summary>
    public static string CutBytes(string text, int maxBytes)
    {
        var bytes = Encoding.UTF8.GetByteCount(text);
        return bytes <= maxBytes ? text : Cut(text, Math.Max(2, (int)((long)text.Length * maxBytes / bytes)));
    }

    /// <summary>Head and tail of a text, with a note between them.</summary>
    public static string Cut(string text, int max)
    {
        if (text.Length <= max)
        {
            return text;
        }

        var head = max / 2;
        var tail = max - head;
        if (head > 0 && char.IsHighSurrogate(text[head - 1]))
        {
            head--;
        }

        if (tail > 0 && char.IsLowSurrogate(text[^tail]))
        {
            tail--;
        }

        return $"{text[..head]}\n[... {text.Length - head - tail} characters left out ...]\n{text[^tail..]}";
    }
}
