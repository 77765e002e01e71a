using System.Globalization;
using System.Text;
using Drafthorse.Harness.Context;
using Drafthorse.Harness.Text;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness;

/// <summary>Older context as text for a summary: every message is there, long ones with their middle left out. What code carries along
/// by itself is not.</summary>
internal static class Transcript
{
    private const int MaxMessage = 2000;

    /// <summary>The transcript, at most about <paramref name="maxBytes"/> of UTF-8: the middle goes first, since the beginning has the
    /// task and the end has the state of the work.</summary>
    public static string Write(IReadOnlyList<ContextMessage> messages, int maxBytes)
    {
        var text = new StringBuilder();
        foreach (var message in messages)
        {
            text.Append(CultureInfo.InvariantCulture, $"[{message.Role}]\n");
            foreach (var block in message.Content.Where(block => !FrameRendering.IsFrame(block) && !MessageRendering.IsTodos(block)))
            {
                text.Append(block.Kind switch
                {
                    "text" => CutText.ToLength(block.Text ?? "", MaxMessage),
                    "tool_call" => $"calls {block.Name} {CutText.ToLength(block.Arguments ?? "", MaxMessage)}",
                    "image" => "(a picture)",
                    _ => "",
                }).Append('\n');
            }
        }

        return CutText.ToBytes(text.ToString(), maxBytes);
    }
}
