using System.Text.Json;
using Drafthorse.Harness.Models.Http;
using Drafthorse.Harness.Models.Http.Requests;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models.Anthropic;

/// <summary>Writes messages as Anthropic takes them, without the first ones that are its system prompt. The results of one step must be
/// one message; nothing else is joined, so that a further message never reopens one that was sent.</summary>
internal sealed class MessageWriter(
    Utf8JsonWriter json, ModelSpec spec, RequestParameters parameters, Func<TextReasoningContent, bool> isOwn, int first) : MessagesWriter
{
    /// <summary>Begins the opaque part of thinking that the vendor hid; other opaque parts are signatures.</summary>
    public const string RedactedPrefix = "redacted_thinking:";

    private readonly CallIds _ids = new();

    public override void Write(IReadOnlyList<ChatMessage> messages, int from)
    {
        for (var index = Math.Max(first, from); index < messages.Count;)
        {
            index = WriteStep(messages, index);
        }
    }

    /// <summary>Writes the message at an index, with the further results of its step, and returns the index after it.</summary>
    private int WriteStep(IReadOnlyList<ChatMessage> messages, int index)
    {
        var end = index + 1;
        while (messages[index].Role == ChatRole.Tool && end < messages.Count && messages[end].Role == ChatRole.Tool)
        {
            end++;
        }

        var isAssistant = messages[index].Role == ChatRole.Assistant;
        var contents = messages.Skip(index).Take(end - index).SelectMany(message => message.Contents).Where(content => IsWritten(content, isAssistant)).ToList();
        json.WriteStartObject();
        json.WriteString("role", isAssistant ? "assistant" : "user");
        json.WriteStartArray("content");
        if (contents.Count == 0)
        {
            contents.Add(new TextContent("(empty)"));
        }

        if (parameters.DemandsReasoning && contents.Exists(content => content is FunctionCallContent) && !contents.Exists(content => content is TextReasoningContent))
        {
            WriteEmptyThinking();
        }

        foreach (var content in contents)
        {
            json.WriteStartObject();
            WriteBlock(content);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        return end;
    }

    /// <summary>What the API takes: it refuses blank text, and thinking that it did not sign.</summary>
    private bool IsWritten(AIContent content, bool isAssistant) => content switch
    {
        TextContent text => !string.IsNullOrWhiteSpace(text.Text),
        TextReasoningContent reasoning => isAssistant && reasoning.ProtectedData is { Length: > 0 } && isOwn(reasoning),
        FunctionCallContent => isAssistant,
        FunctionResultContent or DataContent or UriContent => !isAssistant,
        _ => false,
    };

    private void WriteBlock(AIContent content)
    {
        switch (content)
        {
            case TextContent text:
                WriteText(text.Text);
                break;
            case TextReasoningContent reasoning:
                WriteThinking(reasoning);
                break;
            case FunctionCallContent call:
                json.WriteString("type", "tool_use");
                json.WriteString("id", _ids.ForCall(call.CallId));
                json.WriteString("name", CallIds.ToolName(call.Name));
                json.WritePropertyName("input");
                json.WriteRawValue(ModelText.WellFormed(ToolArguments.ObjectOf(call)), skipInputValidation: true);
                CallExtra.Write(json, call, spec);
                break;
            case FunctionResultContent result:
                WriteResult(result);
                break;
            case DataContent data:
                WriteImage(data);
                break;
            case UriContent uri:
                json.WriteString("type", "image");
                json.WriteStartObject("source");
                json.WriteString("type", "url");
                json.WriteString("url", uri.Uri.AbsoluteUri);
                json.WriteEndObject();
                break;
        }
    }

    /// <summary>Some servers refuse calls without the thought before them, also those that a model made which did not think.</summary>
    private void WriteEmptyThinking()
    {
        json.WriteStartObject();
        json.WriteString("type", "thinking");
        json.WriteString("thinking", "");
        json.WriteString("signature", "");
        json.WriteEndObject();
    }

    private void WriteThinking(TextReasoningContent reasoning)
    {
        var data = reasoning.ProtectedData!;
        if (data.StartsWith(RedactedPrefix, StringComparison.Ordinal))
        {
            json.WriteString("type", "redacted_thinking");
            json.WriteString("data", data.AsSpan(RedactedPrefix.Length));
        }
        else
        {
            json.WriteString("type", "thinking");
            json.WriteString("thinking", ModelText.WellFormed(reasoning.Text));
            json.WriteString("signature", data);
        }
    }

    private void WriteResult(FunctionResultContent result)
    {
        json.WriteString("type", "tool_result");
        json.WriteString("tool_use_id", _ids.ForResult(result.CallId));
        if (ToolResults.IsError(result))
        {
            json.WriteBoolean("is_error", true);
        }

        var text = ToolResults.TextOf(result);
        var images = ToolResults.ImagesOf(result).ToList();
        if (images.Count == 0)
        {
            json.WriteString("content", ModelText.WellFormed(text));
            return;
        }

        json.WriteStartArray("content");
        if (!string.IsNullOrWhiteSpace(text))
        {
            json.WriteStartObject();
            WriteText(text);
            json.WriteEndObject();
        }

        foreach (var image in images)
        {
            json.WriteStartObject();
            WriteImage(image);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteText(string text)
    {
        json.WriteString("type", "text");
        json.WriteString("text", ModelText.WellFormed(text));
    }

    private void WriteImage(DataContent image)
    {
        json.WriteString("type", "image");
        json.WriteStartObject("source");
        json.WriteString("type", "base64");
        json.WriteString("media_type", image.MediaType);
        json.WriteBase64String("data", image.Data.Span);
        json.WriteEndObject();
    }
}
