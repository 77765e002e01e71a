using System.Text;
using System.Text.Json;
using Drafthorse.Harness.Models.Http;
using Drafthorse.Harness.Models.Http.Replies;
using Drafthorse.Harness.Models.Http.Requests;
using Drafthorse.Harness.Models.Replies;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models.Anthropic;

/// <summary>Reads the events of one streamed message.</summary>
internal sealed class MessagesReader(ModelSpec spec, AnswerBounds bounds) : ReplyReader(spec, bounds)
{
    private readonly Dictionary<long, Block> _blocks = [];
    private long _input;
    private long _cacheRead;
    private long _cacheWrite;
    private long _output;

    public override void Read(JsonElement data, List<AIContent> contents)
    {
        switch (data.String("type"))
        {
            case "message_start" when data.Object("message") is { } message:
                ResponseId = message.String("id");
                ModelId = message.String("model");
                ReadUsage(message.Object("usage"));
                break;
            case "content_block_start" when data.Object("content_block") is { } content:
                ReadStart(data.Number("index") ?? 0, content, contents);
                break;
            case "content_block_delta" when data.Object("delta") is { } delta && _blocks.TryGetValue(data.Number("index") ?? 0, out var block):
                ReadDelta(block, delta, contents);
                break;
            case "content_block_stop" when _blocks.Remove(data.Number("index") ?? 0, out var block):
                ReadStop(block, contents);
                break;
            case "message_delta":
                FinishReason = FinishReasons.Read(data.Object("delta")?.String("stop_reason")) ?? FinishReason;
                ReadUsage(data.Object("usage"));
                break;
            case "message_stop":
                IsComplete = IsOver = true;
                break;
            case "message":
                ReadWhole(data, contents);
                break;
        }
    }

    private void ReadWhole(JsonElement message, List<AIContent> contents)
    {
        ResponseId = message.String("id");
        ModelId = message.String("model");
        foreach (var (index, content) in message.Items("content").Index())
        {
            ReadStart(index, content, contents);
            ReadStop(_blocks[index], contents);
        }

        FinishReason = FinishReasons.Read(message.String("stop_reason"));
        ReadUsage(message.Object("usage"));
        IsComplete = IsOver = true;
    }

    private void ReadStart(long index, JsonElement content, List<AIContent> contents)
    {
        var block = new Block { Type = content.String("type") ?? "", Id = content.Short("id", ToolArguments.LongestId), Name = content.Short("name", AnswerBounds.LongestName) };
        Count(0);
        _blocks[index] = block;
        switch (block.Type)
        {
            case "text" when content.String("text") is { Length: > 0 } text:
                AddText(contents, text);
                break;
            case "thinking" when content.String("thinking") is { Length: > 0 } thinking:
                AddReasoning(contents, thinking);
                break;
            case "redacted_thinking":
                Append(block.Opaque, content.String("data"));
                break;
            case "tool_use":
                CountCall();
                block.WholeInput = content.Object("input")?.GetRawText();
                Count((block.WholeInput?.Length ?? 0) + block.Extra.Take(content, "type", "id", "name", "input"));
                break;
        }
    }

    private void ReadDelta(Block block, JsonElement delta, List<AIContent> contents)
    {
        switch (delta.String("type"))
        {
            case "text_delta" when delta.String("text") is { Length: > 0 } text:
                AddText(contents, text);
                break;
            case "thinking_delta" when delta.String("thinking") is { Length: > 0 } thinking:
                AddReasoning(contents, thinking);
                break;
            case "signature_delta":
                Append(block.Opaque, delta.String("signature"));
                break;
            case "input_json_delta":
                Append(block.Input, delta.String("partial_json"));
                break;
        }
    }

    private void Append(StringBuilder builder, string? text)
    {
        Count(text?.Length ?? 0);
        builder.Append(text);
    }

    private void ReadStop(Block block, List<AIContent> contents)
    {
        EndText(contents);
        switch (block.Type)
        {
            case "thinking" when block.Opaque.Length > 0:
                AddReasoning(contents, "", block.Opaque.ToString());
                break;
            case "redacted_thinking":
                AddReasoning(contents, "", MessageWriter.RedactedPrefix + block.Opaque);
                break;
            case "tool_use":
                contents.Add(ToolArguments.ToCall(block.Id, block.Name, block.Input.Length > 0 ? block.Input.ToString() : block.WholeInput ?? "{}", Spec, CallExtra.Write(block.Extra)));
                break;
        }
    }

    /// <summary>Counts arrive at the beginning and again, larger, at the end.</summary>
    private void ReadUsage(JsonElement? usage)
    {
        if (usage is not { } counts)
        {
            return;
        }

        _input = counts.Number("input_tokens") ?? _input;
        _cacheRead = counts.Number("cache_read_input_tokens") ?? _cacheRead;
        _cacheWrite = counts.Number("cache_creation_input_tokens") ?? _cacheWrite;
        _output = counts.Number("output_tokens") ?? _output;
        var input = _input + _cacheRead + _cacheWrite;
        Usage = new UsageDetails
        {
            InputTokenCount = input,
            OutputTokenCount = _output,
            TotalTokenCount = input + _output,
            CachedInputTokenCount = _cacheRead,
            AdditionalCounts = CacheWrites(_cacheWrite),
        };
    }

    private sealed class Block
    {
        public string Type { get; init; } = "";

        public string Id { get; init; } = "";

        public string Name { get; init; } = "";

        public StringBuilder Opaque { get; } = new();

        public StringBuilder Input { get; } = new();

        public string? WholeInput { get; set; }

        public CallExtra Extra { get; } = new();
    }
}
