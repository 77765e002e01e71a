using System.Text.Json;
using Drafthorse.Harness.Models.Http;
using Drafthorse.Harness.Models.Http.Replies;
using Drafthorse.Harness.Models.Http.Requests;
using Drafthorse.Harness.Models.Replies;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models.OpenAI;

/// <summary>Reads the events of one streamed response.</summary>
internal sealed class ResponsesReader(ModelSpec spec, AnswerBounds bounds) : ReplyReader(spec, bounds)
{
    private bool _textStreamed;
    private bool _reasoningStreamed;
    private bool _called;

    public override void Read(JsonElement data, List<AIContent> contents)
    {
        switch (data.String("type") ?? data.String("object"))
        {
            case "response.created" when data.Object("response") is { } response:
                ResponseId = response.String("id");
                ModelId = response.String("model");
                break;
            case "response.output_text.delta" or "response.refusal.delta" when data.String("delta") is { Length: > 0 } delta:
                _textStreamed = true;
                AddText(contents, delta);
                break;
            case "response.reasoning_summary_part.added" when _reasoningStreamed:
                AddReasoning(contents, "\n\n");
                break;
            case "response.reasoning_summary_text.delta" or "response.reasoning_text.delta" when data.String("delta") is { Length: > 0 } delta:
                _reasoningStreamed = true;
                AddReasoning(contents, delta);
                break;
            case "response.output_item.done" when data.Object("item") is { } item:
                ReadItem(item, contents);
                break;
            case "response.completed" or "response.incomplete" or "response.cancelled" or "response.done" when data.Object("response") is { } response:
                ReadEnd(response);
                break;
            case "response":
                foreach (var item in data.Items("output"))
                {
                    ReadItem(item, contents);
                }

                ReadEnd(data);
                break;
        }
    }

    private void ReadItem(JsonElement item, List<AIContent> contents)
    {
        EndText(contents);
        switch (item.String("type"))
        {
            case "function_call":
                _called = true;
                contents.Add(ReadCall(item));
                break;
            case "reasoning":
                var summary = _reasoningStreamed ? "" : string.Join("\n\n", item.Items("summary").Select(part => part.String("text")));
                var encrypted = item.String("encrypted_content");
                if (summary.Length > 0 || encrypted is not null)
                {
                    AddReasoning(contents, summary, encrypted);
                }

                _reasoningStreamed = false;
                break;
            case "message":
                var text = _textStreamed ? "" : string.Concat(item.Items("content").Select(part => part.String("text") ?? part.String("refusal")));
                if (text.Length > 0)
                {
                    AddText(contents, text);
                }

                _textStreamed = false;
                break;
        }
    }

    private FunctionCallContent ReadCall(JsonElement item)
    {
        var arguments = item.String("arguments") ?? item.Object("arguments")?.GetRawText() ?? "";
        var extra = new CallExtra();
        CountCall();
        Count(arguments.Length + extra.Take(item, "type", "id", "call_id", "name", "arguments", "status"));
        return ToolArguments.ToCall(item.String("call_id") ?? item.String("id") ?? "", item.String("name") ?? "", arguments, Spec, CallExtra.Write(extra));
    }

    private void ReadEnd(JsonElement response)
    {
        ResponseId ??= response.String("id");
        ModelId ??= response.String("model");
        IsComplete = IsOver = true;
        FinishReason = FinishReasons.Read(response.Object("incomplete_details")?.String("reason"))
            ?? (response.String("status") is { } status && status != "completed" ? FinishReasons.Read(status) : null)
            ?? (_called ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop);
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
