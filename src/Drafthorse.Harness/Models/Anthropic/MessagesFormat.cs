using System.Text.Json;
using Drafthorse.Harness.Models.Http;
using Drafthorse.Harness.Models.Http.Replies;
using Drafthorse.Harness.Models.Http.Requests;
using Drafthorse.Harness.Models.Replies;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models.Anthropic;

/// <summary>Anthropic's Messages API. The prompt cache is marked at the end of tools and system prompt and, as the newest message
/// moves on, by the mark at the request's top level, which stays where it is: no byte of an earlier message changes. Servers
/// that are only compatible may not know that mark; for them the last block of the last message carries it.</summary>
internal sealed class MessagesFormat(ModelSpec spec, ModelInfo info, bool isAnthropic, RequestParameters parameters) : WireFormat(spec, parameters)
{
    /// <summary>Lets a request choose that thinking whose past has changed (compaction) is dropped instead of refused.</summary>
    public const string BindingBeta = "thinking-binding-controls-2026-08-01";

    private const int DefaultMaxOutput = 32_000;

    public override string Path => "/v1/messages";

    private bool TakesMarks => Parameters.Takes("cache_control");

    public static bool NeedsBindingBeta(ModelInfo info) => info.Thinking == "preserved";

    public override ReplyReader CreateReader(AnswerBounds bounds) => new MessagesReader(Spec, bounds);

    private static void WriteCacheMark(Utf8JsonWriter json)
    {
        json.WriteStartObject("cache_control");
        json.WriteString("type", "ephemeral");
        json.WriteEndObject();
    }

    public override void WriteHead(Utf8JsonWriter json, ChatOptions? options)
    {
        json.WriteString("model", ModelOf(options));
        json.WriteBoolean("stream", true);
        if (isAnthropic && TakesMarks)
        {
            WriteCacheMark(json);
        }

        WriteTools(json, options);
    }

    public override void WriteTail(Utf8JsonWriter json, IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        var most = options?.MaxOutputTokens ?? Math.Min(info.MaxOutput, DefaultMaxOutput);
        json.WriteNumber("max_tokens", most);
        var thinks = WriteThinking(json, messages, options, most);
        WriteOutput(json, options);
        if (!thinks && options?.Temperature is { } temperature && Parameters.Takes("temperature"))
        {
            json.WriteNumber("temperature", temperature);
        }

        WriteToolChoice(json, options);
    }

    public override MessagesWriter BeginMessages(Utf8JsonWriter json, IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        var first = WriteSystem(json, messages, options);
        json.WriteStartArray("messages");
        return new MessageWriter(json, Spec, Parameters, IsOwn, first);
    }

    public override ReadOnlySpan<byte> LastMark(ChatMessage last) =>
        isAnthropic || !TakesMarks || last.Role == ChatRole.Assistant || last.Role == ChatRole.System ? [] : ""","cache_control":{"type":"ephemeral"}"""u8;

    /// <summary>Writes the system prompt and returns where the conversation begins.</summary>
    private int WriteSystem(Utf8JsonWriter json, IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        var first = 0;
        List<string> texts = string.IsNullOrWhiteSpace(options?.Instructions) ? [] : [options.Instructions];
        while (first < messages.Count && messages[first].Role == ChatRole.System)
        {
            if (!string.IsNullOrWhiteSpace(messages[first].Text))
            {
                texts.Add(messages[first].Text);
            }

            first++;
        }

        if (texts.Count > 0)
        {
            json.WriteStartArray("system");
            for (var index = 0; index < texts.Count; index++)
            {
                json.WriteStartObject();
                json.WriteString("type", "text");
                WriteText(json, "text", texts[index]);
                if (index == texts.Count - 1 && TakesMarks)
                {
                    WriteCacheMark(json);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return first;
    }

    private bool WriteThinking(Utf8JsonWriter json, IReadOnlyList<ChatMessage> messages, ChatOptions? options, int most)
    {
        var effort = options?.Reasoning?.Effort;
        if (info.Thinking.Length == 0 || effort == ReasoningEffort.None || !Parameters.Takes("thinking"))
        {
            return false;
        }

        if (info.Thinking == "budget")
        {
            return IsOwnTurn(messages) && WriteBudget(json, effort, most);
        }

        json.WriteStartObject("thinking");
        json.WriteString("type", "adaptive");
        json.WriteString("display", "summarized");
        if (isAnthropic && NeedsBindingBeta(info))
        {
            json.WriteStartObject("block_binding");
            json.WriteString("prefix_mismatch_behavior", "drop_block");
            json.WriteEndObject();
        }

        json.WriteEndObject();
        return true;
    }

    /// <summary>Older models refuse to go on thinking in the middle of a step that another model, or none of their thinking, began.</summary>
    private bool IsOwnTurn(IReadOnlyList<ChatMessage> messages) =>
        messages is not [.., { } last] || last.Role != ChatRole.Tool
        || messages.LastOrDefault(message => message.Role == ChatRole.Assistant)?.Contents is [TextReasoningContent reasoning, ..] && IsOwn(reasoning);

    /// <summary>Older models think only when told how much.</summary>
    private static bool WriteBudget(Utf8JsonWriter json, ReasoningEffort? effort, int most)
    {
        var budget = effort switch
        {
            null => 0,
            ReasoningEffort.Low => 4_096,
            ReasoningEffort.Medium => 10_000,
            _ => 20_000,
        };
        if (budget < 1_024 || budget >= most)
        {
            return false;
        }

        json.WriteStartObject("thinking");
        json.WriteString("type", "enabled");
        json.WriteNumber("budget_tokens", budget);
        json.WriteEndObject();
        return true;
    }

    private void WriteOutput(Utf8JsonWriter json, ChatOptions? options)
    {
        var effort = info.Thinking is "adaptive" or "preserved" ? options?.Reasoning?.Effort : null;
        var schema = (options?.ResponseFormat as ChatResponseFormatJson)?.Schema;
        if ((effort is null && schema is null) || !Parameters.Takes("output_config"))
        {
            return;
        }

        json.WriteStartObject("output_config");
        if (effort is { } chosen)
        {
            json.WriteString("effort", ReasoningEfforts.NameOf(chosen, Family.Efforts));
        }

        if (schema is { } wanted)
        {
            json.WriteStartObject("format");
            json.WriteString("type", "json_schema");
            json.WritePropertyName("schema");
            wanted.WriteTo(json);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private void WriteTools(Utf8JsonWriter json, ChatOptions? options)
    {
        var tools = Tools.Declare(options?.Tools ?? []).ToList();
        if (tools.Count == 0)
        {
            return;
        }

        json.WriteStartArray("tools");
        foreach (var tool in tools)
        {
            json.WriteStartObject();
            json.WriteString("name", CallIds.ToolName(tool.Name));
            WriteText(json, "description", tool.Description);
            json.WritePropertyName("input_schema");
            tool.Schema.WriteTo(json);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteToolChoice(Utf8JsonWriter json, ChatOptions? options)
    {
        if (options?.Tools is not { Count: > 0 } || !Parameters.Takes("tool_choice"))
        {
            return;
        }

        var (choice, name) = options.ToolMode switch
        {
            NoneChatToolMode => ("none", null),
            RequiredChatToolMode { RequiredFunctionName: { } required } => ("tool", required),
            RequiredChatToolMode => ("any", null),
            _ => options.AllowMultipleToolCalls == false ? ("auto", null) : ((string?)null, (string?)null),
        };
        if (choice is null)
        {
            return;
        }

        json.WriteStartObject("tool_choice");
        json.WriteString("type", choice);
        if (name is not null)
        {
            json.WriteString("name", CallIds.ToolName(name));
        }

        if (choice != "none" && options.AllowMultipleToolCalls is { } many && Parameters.Takes("disable_parallel_tool_use"))
        {
            json.WriteBoolean("disable_parallel_tool_use", !many);
        }

        json.WriteEndObject();
    }
}
