using System.Text.Json;
using Drafthorse.Harness.Models.Http;
using Drafthorse.Harness.Models.Http.Replies;
using Drafthorse.Harness.Models.Http.Requests;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models.OpenAI;

/// <summary>Reads the events of one streamed response.</summary>
internal sealed class ResponsesReader(ModelSpec spec, ModelEndpoint endpoint) : ReplyReader(spec, endpoint)
{
    private bool _textStreamed;
    private bool _reasoningStreamed;
    private bool _called;

    public override void Read(JsonElement data, List<AIContent> contents)
    {
        switch (data.String("type"))
        {
            case "response.created" when data.Object("response") is { } response:
                ResponseId = response.String("id");
                ModelId = response.String("model");
                break;
            case "response.output_text.delta" or "response.refusal.delta" when data.String("delta") is { Length: > 0 } delta:
                _textStreamed = true;
                contents.Add(new TextContent(delta));
                break;
            case "response.reasoning_summary_part.added" when _reasoningStreamed:
                contents.Add(Reasoning("\n\n"));
                break;
            case "response.reasoning_summary_text.delta" or "response.reasoning_text.delta" when data.String("delta") is { Length: > 0 } delta:
                _reasoningStreamed = true;
                contents.Add(Reasoning(delta));
                break;
            case "response.output_item.done" when data.Object("item") is { } item:
                ReadItem(item, contents);
                break;
            case "response.completed" or "response.incomplete" when data.Object("response") is { } response:
                ReadEnd(response);
                break;
            case "response.failed" or "error":
                throw ErrorOf(data);
        }
    }

    private void ReadItem(JsonElement item, List<AIContent> contents)
    {
        switch (item.String("type"))
        {
            case "function_call":
                _called = true;
                contents.Add(ToolArguments.ToCall(item.String("call_id") ?? item.String("id") ?? "", item.String("name") ?? "", item.String("arguments") ?? ""));
                break;
            case "reasoning":
                var summary = _reasoningStreamed ? "" : string.Join("\n\n", item.Items("summary").Select(part => part.String("text")));
                var encrypted = item.String("encrypted_content");
                if (summary.Length > 0 || encrypted is not null)
                {
                    contents.Add(Reasoning(summary, encrypted));
                }

                _reasoningStreamed = false;
                break;
            case "message":
                var text = _textStreamed ? "" : string.Concat(item.Items("content").Select(part => part.String("text") ?? part.String("refusal")));
                if (text.Length > 0)
                {
                    contents.Add(new TextContent(text));
                }

                _textStreamed = false;
                break;
        }
    }

    private void ReadEnd(JsonElement response)
    {
        ResponseId ??= response.String("id");
        ModelId ??= response.String("model");
        IsComplete = IsOver = true;
        FinishReason = response.Object("incomplete_details")?.String("reason") switch
        {
            "max_output_tokens" => ChatFinishReason.Length,
            "content_filter" => ChatFinishReason.ContentFilter,
            _ => _called ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop,
        };
        if (response.Object("usage") is not { } usage)
        {
            return;
        }

        var input = usage.Object("input_tokens_details");
        Usage = new UsageDetails
        {
            InputTokenCount = usage.Number("input_tokens"),
            OutputTokenCount = usage.Number("output_tokens"),
            TotalTokenCount = usage.Number("total_tokens"),
            CachedInputTokenCount = input?.Number("cached_tokens"),
            ReasoningTokenCount = usage.Object("output_tokens_details")?.Number("reasoning_tokens"),
            AdditionalCounts = CacheWrites(input?.Number("cache_write_tokens")),
        };
    }
}
