using System.Globalization;
using Drafthorse.Harness.Context;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Text;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness;

/// <summary>The context with its older tool results, arguments and pictures made short. All messages stay, so nothing needs a summary.</summary>
/// <param name="Messages">The messages, as many as before.</param>
/// <param name="Tokens">Their estimated tokens.</param>
/// <param name="Masked">How many results lost their middle.</param>
internal sealed record ResultMask(IReadOnlyList<ContextMessage> Messages, int Tokens, int Masked)
{
    private const int KeptLength = 150;

    /// <summary>A result that is shorter than this stays: a note in its place would save next to nothing.</summary>
    private const int LeastLength = (KeptLength * 3) + 200;

    /// <summary>Masks what is older than the newest messages that have about <paramref name="newest"/> tokens together. What was masked
    /// before stays as it is, byte for byte.</summary>
    public static ResultMask Of(Conversation conversation, CompactionOptions options, TokenEstimator tokens, int newest, Func<ContentBlock, bool> isWhole)
    {
        var messages = conversation.Messages;
        var from = messages.Count;
        for (var used = 0; from > 0 && used + tokens.Estimate(conversation.Chat[from - 1]) <= newest; from--)
            used += tokens.Estimate(conversation.Chat[from - 1]);

        // What the model has not seen yet is never masked: it would ask for it again.
        var unseen = messages.Count;
        while (unseen > 0 && messages[unseen - 1].Role == "tool")
            unseen--;
        from = Math.Min(from, unseen);

        var where = options.SessionSearch ? $"{SessionSearchTool.ToolName} finds them" : "the journal keeps them";
        var (count, masked) = (0, new List<ContextMessage>(messages.Count));
        foreach (var (index, message) in messages.Index())
        {
            var now = index >= from ? message : ArgumentTruncation.Truncate(WithoutOldReasoning(message, index < conversation.MessagesBeforeRun), options.TruncateArguments, isWhole);
            if (index < from && message.Role == "tool" && options.MaskResults && IsLong(message))
            {
                count++;
                now = message with { Content = [.. message.Content.Select(block => Mask(block, where))] };
            }

            masked.Add(now);
        }

        return new ResultMask(masked, tokens.Estimate([.. masked.Select((message, index) => ReferenceEquals(message, messages[index]) ? conversation.Chat[index] : Conversation.ToChat(message))]), count);
    }

    private static bool IsLong(ContextMessage message) => message.Content.Any(block => block.Kind == "image" || block is { Kind: "text", Text.Length: > LeastLength });

    private static ContentBlock Mask(ContentBlock block, string where) => block.Kind switch
    {
        "image" => ContentBlock.OfText("(a picture that is no longer shown)"),
        "text" when block.Text!.Length > LeastLength => block with
        {
            // The end of an evicted result says in which file the whole is.
            Text = CutText.Between(block.Text, KeptLength, KeptLength * 2, left => string.Create(CultureInfo.InvariantCulture, $"[... {left} characters of this older result are no longer shown; {where} ...]")),
        },
        _ => block,
    };

    /// <summary>The reasoning of the run that goes on stays: models work worse without it. What was thought in earlier runs is of no use.</summary>
    private static ContextMessage WithoutOldReasoning(ContextMessage message, bool isOld) =>
        isOld && message.Role == "assistant" && message.Content.Any(block => block.Kind == "reasoning") && message.Content.Any(block => block.Kind != "reasoning")
            ? message with { Content = [.. message.Content.Where(block => block.Kind != "reasoning")] }
            : message;
}
