using System.Text.Json;
using Drafthorse.Harness.Models.Http;
using Drafthorse.Harness.Models.Http.Replies;
using Drafthorse.Harness.Models.Replies;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models.OpenAI;

/// <summary>Reads the chunks of one streamed completion.</summary>
internal sealed class ChatCompletionsReader : ReplyReader
{
    private const int MostDepth = 6;

    private readonly ChatCalls _calls;

    public ChatCompletionsReader(ModelSpec spec, AnswerBounds bounds)
        : base(spec, bounds) => _calls = new ChatCalls(this);

    public override void Read(JsonElement data, List<AIContent> contents)
    {
        if (data.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        ResponseId ??= data.String("id");
        ModelId ??= data.String("model");
        if (data.Object("usage") is { } usage)
        {
            Usage = ReadUsage(usage);
        }

        foreach (var choice in data.Items("choices"))
        {
            if ((choice.Object("delta") ?? choice.Object("message")) is { } delta)
            {
                ReadDelta(delta, contents);
            }

            ReadEnd(choice);
            break;
        }
    }

    public override void Finish(List<AIContent> contents)
    {
        base.Finish(contents);
        contents.AddRange(_calls.Finish());
    }

    /// <summary>Routers translate the reason of the provider behind them, and a call that could not be read into an ordinary end.</summary>
    private void ReadEnd(JsonElement choice)
    {
        if (FinishReasons.Read(choice.Short("finish_reason", FinishReasons.LongestReason)) is { } reason)
        {
            IsComplete = true;
            FinishReason = FinishReasons.Read(choice.Short("native_finish_reason", FinishReasons.LongestReason)) is { Value: FinishReasons.MalformedCall } native ? native : reason;
        }
    }

    private void ReadDelta(JsonElement delta, List<AIContent> contents)
    {
        if ((delta.Member("reasoning_content") ?? delta.Member("reasoning") ?? delta.Member("thinking")) is { } reasoning)
        {
            ReadParts(reasoning, isThinking: true, contents, 0);
        }

        if ((delta.Member("content") ?? delta.Member("refusal")) is { } content)
        {
            ReadParts(content, isThinking: false, contents, 0);
        }

        foreach (var piece in delta.Items("tool_calls"))
        {
            _calls.Take(piece);
        }
    }

    /// <summary>Content is a string, or an array of parts, of which some are thinking and may hold parts themselves.</summary>
    private void ReadParts(JsonElement content, bool isThinking, List<AIContent> contents, int depth)
    {
        switch (content.ValueKind)
        {
            case JsonValueKind.String when content.Text() is { Length: > 0 } text:
                if (isThinking)
                {
                    AddReasoning(contents, text);
                }
                else
                {
                    AddText(contents, text);
                }

                break;
            case JsonValueKind.Array when depth < MostDepth:
                foreach (var part in content.EnumerateArray())
                {
                    ReadParts(part, isThinking, contents, depth + 1);
                }

                break;
            case JsonValueKind.Object when depth < MostDepth:
                var type = content.String("type") ?? "";
                var thinks = isThinking || type.Contains("think", StringComparison.OrdinalIgnoreCase) || type.Contains("reason", StringComparison.OrdinalIgnoreCase);
                if ((content.Member("text") ?? content.Member("thinking") ?? content.Member("content") ?? content.Member("reasoning") ?? content.Member("summary")) is { } inner)
                {
                    ReadParts(inner, thinks, contents, depth + 1);
                }

                break;
        }
    }

    private static UsageDetails ReadUsage(JsonElement usage)
    {
        var input = usage.Object("prompt_tokens_details");
        return new UsageDetails
        {
            InputTokenCount = usage.Number("prompt_tokens"),
            OutputTokenCount = usage.Number("completion_tokens"),
            TotalTokenCount = usage.Number("total_tokens"),
            CachedInputTokenCount = input?.Number("cached_tokens") ?? usage.Number("prompt_cache_hit_tokens"),
            ReasoningTokenCount = usage.Object("completion_tokens_details")?.Number("reasoning_tokens"),
            AdditionalCounts = CacheWrites(input?.Number("cache_creation_input_tokens") ?? input?.Number("cache_write_tokens")),
        };
    }
}
