using System.Text.Json;
using Drafthorse.Harness.Models.Http;
using Drafthorse.Harness.Models.Http.Requests;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models.OpenAI;

/// <summary>Writes messages as input items: one item for each message, call, result and piece of reasoning.</summary>
internal sealed class ResponsesInputWriter(Utf8JsonWriter json, ModelSpec spec, Func<TextReasoningContent, bool> isOwn) : MessagesWriter
{
    private readonly CallIds _ids = new();

    public override void Write(IReadOnlyList<ChatMessage> messages, int from)
    {
        for (var index = from; index < messages.Count; index++)
        {
            Write(messages[index]);
        }
    }

    private void Write(ChatMessage message)
    {
        if (message.Role == ChatRole.Tool)
        {
            foreach (var result in message.Contents.OfType<FunctionResultContent>())
            {
                WriteResult(result);
            }
        }
        else if (message.Role == ChatRole.Assistant)
        {
            foreach (var content in message.Contents)
            {
                WriteAnswer(content);
            }
        }
        else
        {
            json.WriteStartObject();
            json.WriteString("type", "message");
            json.WriteString("role", message.Role == ChatRole.System ? "developer" : "user");
            json.WriteStartArray("content");
            foreach (var content in message.Contents)
            {
                WritePart(content);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }
    }

    private void WriteAnswer(AIContent content)
    {
        switch (content)
        {
            case TextContent { Text.Length: > 0 } text:
                json.WriteStartObject();
                json.WriteString("type", "message");
                json.WriteString("role", "assistant");
                json.WriteStartArray("content");
                json.WriteStartObject();
                json.WriteString("type", "output_text");
                json.WriteString("text", ModelText.WellFormed(text.Text));
                json.WriteEndObject();
                json.WriteEndArray();
                json.WriteEndObject();
                break;
            case TextReasoningContent { ProtectedData.Length: > 0 } reasoning when isOwn(reasoning):
                json.WriteStartObject();
                json.WriteString("type", "reasoning");
                json.WriteStartArray("summary");
                json.WriteEndArray();
                json.WriteString("encrypted_content", reasoning.ProtectedData);
                json.WriteEndObject();
                break;
            case FunctionCallContent call:
                json.WriteStartObject();
                json.WriteString("type", "function_call");
                json.WriteString("call_id", _ids.ForCall(call.CallId));
                json.WriteString("name", CallIds.ToolName(call.Name));
                json.WriteString("arguments", ModelText.WellFormed(ToolArguments.RawOf(call)));
                CallExtra.Write(json, call, spec);
                json.WriteEndObject();
                break;
        }
    }

    private void WriteResult(FunctionResultContent result)
    {
        json.WriteStartObject();
        json.WriteString("type", "function_call_output");
        json.WriteString("call_id", _ids.ForResult(result.CallId));
        var images = ToolResults.ImagesOf(result).ToList();
        var text = ToolResults.TextOf(result);
        if (images.Count == 0)
        {
            json.WriteString("output", ModelText.WellFormed(text));
        }
        else
        {
            json.WriteStartArray("output");
            WritePart(new TextContent(text));
            foreach (var image in images)
            {
                WritePart(image);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private void WritePart(AIContent content)
    {
        switch (content)
        {
            case TextContent text:
                json.WriteStartObject();
                json.WriteString("type", "input_text");
                json.WriteString("text", ModelText.WellFormed(text.Text));
                json.WriteEndObject();
                break;
            case DataContent data:
                WriteImage(data.Uri);
                break;
            case UriContent uri:
                WriteImage(uri.Uri.AbsoluteUri);
                break;
        }
    }

    private void WriteImage(string uri)
    {
        json.WriteStartObject();
        json.WriteString("type", "input_image");
        json.WriteString("image_url", uri);
        json.WriteEndObject();
    }
}
