using System.Text;
using Drafthorse.Harness.Context;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Text;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness;

/// <summary>Which of the newest messages stay after a compaction, and what of each.</summary>
/// <param name="From">The first message that stays; everything before it is summarized.</param>
/// <param name="Messages">The messages that stay, long ones shortened.</param>
/// <param name="Tokens">Their estimated tokens.</param>
internal sealed record KeptContext(int From, IReadOnlyList<ContextMessage> Messages, int Tokens)
{
    private const int LeastCharacters = 200;

    /// <summary>Keeps as many of the newest messages as fit, the newest at any rate: where it alone does not fit its long texts lose
    /// their middle. No call is parted from its result.</summary>
    public static KeptContext Choose(IReadOnlyList<ContextMessage> messages, CompactionOptions options, TokenEstimator tokens, int room, Func<ContentBlock, bool> isWhole)
    {
        for (var share = 4; ; share *= 4)
        {
            var most = Math.Max(room / share, 1);
            var kept = Newest(messages, message => Shorten(ArgumentTruncation.Truncate(message, options.TruncateArguments, isWhole), most, tokens), options.KeepMessages, tokens, room);
            if (kept.Messages.Count > 0 || messages.Count == 0)
            {
                return kept;
            }

            if (most * CutText.BytesPerToken < LeastCharacters)
            {
                return new KeptContext(messages.Count, [], 0);
            }
        }
    }

    public static bool IsPicture(ContentBlock block) => block.Kind == "image";

    public static ContextMessage WithoutPictures(ContextMessage message) => message with
    {
        Content = [.. message.Content.Select(block => IsPicture(block) ? ContentBlock.OfText("(a picture that could not be shown)") : block)],
    };

    private static KeptContext Newest(IReadOnlyList<ContextMessage> messages, Func<ContextMessage, ContextMessage> shorten, int most, TokenEstimator tokens, int room)
    {
        var kept = new List<ContextMessage>();
        var (index, used) = (messages.Count, 0);
        var (from, count, spent) = (messages.Count, 0, 0);
        while (index > 0 && (messages.Count - index < most || count == 0))
        {
            var message = shorten(messages[index - 1]);
            used += tokens.Estimate(Conversation.ToChat(message));
            if (used > room)
            {
                break;
            }

            index--;
            kept.Insert(0, message);
            if (message.Role != "tool")
            {
                (from, count, spent) = (index, kept.Count, used);
            }
        }

        return new KeptContext(from, kept[(kept.Count - count)..], spent);
    }

    /// <summary>The message with its long texts cut in the middle; pictures and thinking that do not fit go.</summary>
    private static ContextMessage Shorten(ContextMessage message, int mostTokens, TokenEstimator tokens)
    {
        if (tokens.Estimate(Conversation.ToChat(message)) <= mostTokens)
        {
            return message;
        }

        var texts = Math.Max(1, message.Content.Count(block => block.Kind is "text" or "tool_call"));
        var bytes = Math.Max(LeastCharacters, mostTokens * CutText.BytesPerToken / texts);
        return message with
        {
            Content = [.. message.Content.Where(block => block.Kind != "reasoning").Select(block => block.Kind switch
            {
                "text" => block with { Text = CutText.ToBytes(block.Text ?? "", bytes) },
                "image" => ContentBlock.OfText("(a picture that is no longer shown)"),
                "tool_call" when Encoding.UTF8.GetByteCount(block.Arguments ?? "") > bytes => block with { Arguments = "{}" },
                _ => block,
            })],
        };
    }
}
