using System.Text.Json;
using Drafthorse.Harness.Models.Http;
using Drafthorse.Harness.Models.Http.Replies;
using Drafthorse.Harness.Models.Http.Requests;
using Drafthorse.Harness.Models.Replies;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models.OpenAI;

/// <summary>OpenAI's Responses API. Nothing is stored there (<c>store: false</c>): reasoning comes back encrypted and is sent again.</summary>
internal sealed class ResponsesFormat(ModelSpec spec, RequestParameters parameters) : WireFormat(spec, parameters)
{
    public override string Path => "/responses";

    public override ReplyReader CreateReader(AnswerBounds bounds) => new ResponsesReader(Spec, bounds);

    public override void WriteHead(Utf8JsonWriter json, ChatOptions? options)
    {
        json.WriteString("model", ModelOf(options));
        json.WriteBoolean("stream", true);
        if (Parameters.Takes("store"))
        {
            json.WriteBoolean("store", false);
        }

        // Models that do not reason refuse the request if this is asked of them.
        if (!ModelOf(options).StartsWith("gpt-4", StringComparison.Ordinal) && Parameters.Takes("include"))
        {
            json.WriteStartArray("include");
            json.WriteStringValue("reasoning.encrypted_content");
            json.WriteEndArray();
        }

        if (options is null)
        {
            return;
        }

        if (options.AdditionalProperties?.TryGetValue(ModelProperties.Thread, out var thread) == true && thread is string key && Parameters.Takes("prompt_cache_key"))
        {
            WriteText(json, "prompt_cache_key", key);
        }

        FunctionTools.Write(json, options, Tools, Parameters, isNested: false);
        if (!string.IsNullOrEmpty(options.Instructions))
        {
            WriteText(json, "instructions", options.Instructions);
        }
    }

    public override MessagesWriter BeginMessages(Utf8JsonWriter json, IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        json.WriteStartArray("input");
        return new ResponsesInputWriter(json, Spec, IsOwn);
    }

    public override void WriteTail(Utf8JsonWriter json, IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        if (options is not null)
        {
            WriteSettings(json, options);
            FunctionTools.WriteChoice(json, options, Parameters, isNested: false);
        }
    }

    private void WriteSettings(Utf8JsonWriter json, ChatOptions options)
    {
        if (options.MaxOutputTokens is { } most && Parameters.Takes("max_output_tokens"))
        {
            json.WriteNumber("max_output_tokens", most);
        }

        if (options.Temperature is { } temperature && Parameters.Takes("temperature"))
        {
            json.WriteNumber("temperature", temperature);
        }

        if (options.TopP is { } topP && Parameters.Takes("top_p"))
        {
            json.WriteNumber("top_p", topP);
        }

        if (options.Reasoning is { } reasoning && Parameters.Takes("reasoning"))
        {
            json.WriteStartObject("reasoning");
            if (reasoning.Effort is { } effort)
            {
                json.WriteString("effort", ReasoningEfforts.NameOf(effort, Family.Efforts));
            }

            if (reasoning.Output is ReasoningOutput.Summary or ReasoningOutput.Full)
            {
                json.WriteString("summary", reasoning.Output == ReasoningOutput.Full ? "detailed" : "auto");
            }

            json.WriteEndObject();
        }

        if (options.ResponseFormat is ChatResponseFormatJson format && Parameters.Takes("text"))
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
