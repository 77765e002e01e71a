using System.Text;
using System.Text.Json;
using Drafthorse.Harness.Models.Http;
using Drafthorse.Harness.Models.Http.Replies;
using Drafthorse.Harness.Models.Http.Requests;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models.OpenAI;

/// <summary>Reads the chunks of one streamed completion.</summary>
internal sealed class ChatCompletionsReader(ModelSpec spec, ModelEndpoint endpoint) : ReplyReader(spec, endpoint)
{
    private readonly List<PartialCall> _calls = [];

    public override void Read(JsonElement data, List<AIContent> contents)
    {
        if (data.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        if (data.TryGetProperty("error", out var error) && error.ValueKind != JsonValueKind.Null)
        {
            throw ErrorOf(data);
        }

        ResponseId ??= data.String("id");
        ModelId ??= data.String("model");
        if (data.Object("usage") is { } usage)
        {
            Usage = ReadUsage(usage);
        }

        foreach (var choice in data.Items("choices"))
        {
            if (choice.Object("delta") is { } delta)
            {
                ReadDelta(delta, contents);
            }

            if (choice.String("finish_reason") is { Length: > 0 } reason)
            {
                IsComplete = true;
                FinishReason = reason switch
                {
                    "function_call" => ChatFinishReason.ToolCalls,
                    _ => new ChatFinishReason(reason),
                };
            }

            break;
        }
    }

    public override void Finish(List<AIContent> contents)
    {
        foreach (var call in _calls)
        {
            contents.Add(ToolArguments.ToCall(call.Id ?? "", call.Name ?? "", call.Arguments.ToString()));
        }

        _calls.Clear();
    }

    private void ReadDelta(JsonElement delta, List<AIContent> contents)
    {
        if ((delta.String("reasoning_content") ?? delta.String("reasoning")) is { Length: > 0 } reasoning)
        {
            contents.Add(Reasoning(reasoning));
        }

        if ((delta.String("content") ?? delta.String("refusal")) is { Length: > 0 } text)
        {
            contents.Add(new TextContent(text));
        }

        foreach (var piece in delta.Items("tool_calls"))
        {
            var call = CallOf(piece);
            var function = piece.Object("function");
            call.Name ??= function?.String("name");
            call.Arguments.Append(function?.String("arguments") ?? RawObject(function));
        }
    }

    /// <summary>Pieces of a call share an index. Servers that send none send whole calls, each with an id.</summary>
    private PartialCall CallOf(JsonElement piece)
    {
        var index = piece.Number("index");
        var id = piece.String("id");
        var call = index is not null
            ? _calls.FindLast(known => known.Index == index)
            : string.IsNullOrEmpty(id) ? _calls.LastOrDefault() : null;

        // A known index with another id is a further call: some servers repeat the index.
        if (call is null || (!string.IsNullOrEmpty(id) && !string.IsNullOrEmpty(call.Id) && call.Id != id))
        {
            call = new PartialCall { Index = index };
            _calls.Add(call);
        }

        call.Id ??= string.IsNullOrEmpty(id) ? null : id;
        return call;
    }

    /// <summary>Some servers send arguments as an object instead of as a string.</summary>
    private static string? RawObject(JsonElement? function) => function?.Object("arguments")?.GetRawText();

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

    private sealed class PartialCall
    {
        public long? Index { get; init; }

        public string? Id { get; set; }

        public string? Name { get; set; }

        public StringBuilder Arguments { get; } = new();
    }
}
