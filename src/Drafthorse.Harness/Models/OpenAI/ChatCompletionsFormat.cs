using System.Text.Json;
using Drafthorse.Harness.Models.Http;
using Drafthorse.Harness.Models.Http.Replies;
using Drafthorse.Harness.Models.Http.Requests;
using Drafthorse.Harness.Models.Replies;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models.OpenAI;

/// <summary>The Chat Completions API of OpenAI and of everything compatible with it: DashScope, Ollama, vLLM, llama.cpp and so on.</summary>
internal sealed class ChatCompletionsFormat(ModelSpec spec, ChatDialect dialect, RequestParameters parameters) : WireFormat(spec, parameters)
{
    public override string Path => "/chat/completions";

    public override string LengthName => dialect == ChatDialect.OpenAI ? "max_completion_tokens" : "max_tokens";

    public override ReplyReader CreateReader(AnswerBounds bounds) => new ChatCompletionsReader(Spec, bounds);

    public override void WriteHead(Utf8JsonWriter json, ChatOptions? options)
    {
        json.WriteString("model", ModelOf(options));
        json.WriteBoolean("stream", true);
        if (Parameters.Takes("stream_options"))
        {
            json.WriteStartObject("stream_options");
            json.WriteBoolean("include_usage", true);
            json.WriteEndObject();
        }

        if (options is null)
        {
            return;
        }

        if (options.AdditionalProperties?.TryGetValue(ModelProperties.Thread, out var thread) == true && thread is string key && dialect == ChatDialect.OpenAI && Parameters.Takes("prompt_cache_key"))
        {
            WriteText(json, "prompt_cache_key", key);
        }

        FunctionTools.Write(json, options, Tools, Parameters, isNested: true);
    }

    public override void WriteTail(Utf8JsonWriter json, IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        if (options is null)
        {
            return;
        }

        if (options.MaxOutputTokens is { } most && Parameters.NameOfLength(LengthName) is { } name)
        {
            json.WriteNumber(name, most);
        }

        if (options.Temperature is { } temperature && Parameters.Takes("temperature"))
        {
            json.WriteNumber("temperature", temperature);
        }

        if (options.TopP is { } topP && Parameters.Takes("top_p"))
        {
            json.WriteNumber("top_p", topP);
        }

        WriteReasoning(json, options);
        WriteResponseFormat(json, options);
        FunctionTools.WriteChoice(json, options, Parameters, isNested: true);
    }

    public override MessagesWriter BeginMessages(Utf8JsonWriter json, IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        json.WriteStartArray("messages");
        if (!string.IsNullOrEmpty(options?.Instructions))
        {
            json.WriteStartObject();
            json.WriteString("role", "system");
            WriteText(json, "content", options.Instructions);
            json.WriteEndObject();
        }

        return new ChatMessageWriter(json, dialect, Spec, Parameters, IsOwn);
    }

    private void WriteReasoning(Utf8JsonWriter json, ChatOptions options)
    {
        if (options.Reasoning?.Effort is not { } effort)
        {
            return;
        }

        if (dialect == ChatDialect.DashScope)
        {
            if (Parameters.Takes("enable_thinking"))
            {
                json.WriteBoolean("enable_thinking", effort != ReasoningEffort.None);
            }
        }
        else if (Parameters.Takes("reasoning_effort"))
        {
            json.WriteString("reasoning_effort", ReasoningEfforts.NameOf(effort, Family.Efforts));
        }
    }

    private void WriteResponseFormat(Utf8JsonWriter json, ChatOptions options)
    {
        // Many servers force every answer into the form then, so that no tool is ever called, or refuse both together.
        var hasTools = options.Tools is { Count: > 0 };
        if (options.ResponseFormat is not ChatResponseFormatJson format || (hasTools && dialect != ChatDialect.OpenAI) || !Parameters.Takes("response_format"))
        {
            return;
        }

        json.WriteStartObject("response_format");
        if (format.Schema is { } schema)
        {
            json.WriteString("type", "json_schema");
            json.WriteStartObject("json_schema");
            json.WriteString("name", CallIds.ToolName(format.SchemaName ?? "answer"));
            json.WritePropertyName("schema");
            schema.WriteTo(json);
            json.WriteEndObject();
        }
        else
        {
            json.WriteString("type", "json_object");
        }

        json.WriteEndObject();
    }
}
