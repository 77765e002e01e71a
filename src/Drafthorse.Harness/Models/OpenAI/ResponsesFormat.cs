using System.Text.Json;
using Drafthorse.Harness.Models.Http;
using Drafthorse.Harness.Models.Http.Replies;
using Drafthorse.Harness.Models.Http.Requests;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models.OpenAI;

/// <summary>OpenAI's Responses API. Nothing is stored there (<c>store: false</c>): reasoning comes back encrypted and is sent again.</summary>
internal sealed class ResponsesFormat(ModelSpec spec) : WireFormat(spec)
{
    public override string Path => "/responses";

    public override ReplyReader CreateReader(ModelEndpoint endpoint) => new ResponsesReader(Spec, endpoint);

    public override void WriteHead(Utf8JsonWriter json, ChatOptions? options)
    {
        json.WriteString("model", ModelOf(options));
        json.WriteBoolean("stream", true);
        json.WriteBoolean("store", false);

        // Models that do not reason refuse the request if this is asked of them.
        if (!ModelOf(options).StartsWith("gpt-4", StringComparison.Ordinal))
        {
            json.WriteStartArray("include");
            json.WriteStringValue("reasoning.encrypted_content");
            json.WriteEndArray();
        }

        if (options is null)
        {
            return;
        }

        if (options.AdditionalProperties?.TryGetValue(ModelProperties.Thread, out var thread) == true && thread is string key)
        {
            WriteText(json, "prompt_cache_key", key);
        }

        FunctionTools.Write(json, options, isNested: false);
        if (!string.IsNullOrEmpty(options.Instructions))
        {
            WriteText(json, "instructions", options.Instructions);
        }
    }

    public override MessagesWriter BeginMessages(Utf8JsonWriter json, IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        json.WriteStartArray("input");
        return new ResponsesInputWriter(json, IsOwn);
    }

    public override void WriteTail(Utf8JsonWriter json, IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        if (options is not null)
        {
            WriteSettings(json, options);
            FunctionTools.WriteChoice(json, options, isNested: false);
        }
    }

    private static void WriteSettings(Utf8JsonWriter json, ChatOptions options)
    {
        if (options.MaxOutputTokens is { } most)
        {
            json.WriteNumber("max_output_tokens", most);
        }

        if (options.Temperature is { } temperature)
        {
            json.WriteNumber("temperature", temperature);
        }

        if (options.TopP is { } topP)
        {
            json.WriteNumber("top_p", topP);
        }

        if (options.Reasoning is { } reasoning)
        {
            json.WriteStartObject("reasoning");
            if (reasoning.Effort is { } effort)
            {
                json.WriteString("effort", ReasoningEfforts.NameOf(effort));
            }

            if (reasoning.Output is ReasoningOutput.Summary or ReasoningOutput.Full)
            {
                json.WriteString("summary", reasoning.Output == ReasoningOutput.Full ? "detailed" : "auto");
            }

            json.WriteEndObject();
        }

        if (options.ResponseFormat is ChatResponseFormatJson format)
        {
            json.WriteStartObject("text");
            json.WriteStartObject("format");
            json.WriteString("type", format.Schema is null ? "json_object" : "json_schema");
            if (format.Schema is { } schema)
            {
                json.WriteString("name", CallIds.ToolName(format.SchemaName ?? "answer"));
                json.WritePropertyName("schema");
                schema.WriteTo(json);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }
    }
}
