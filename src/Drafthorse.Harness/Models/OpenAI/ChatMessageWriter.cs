using System.Text.Json;
using Drafthorse.Harness.Models.Http;
using Drafthorse.Harness.Models.Http.Requests;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models.OpenAI;

/// <summary>Writes messages as Chat Completions takes them.</summary>
internal sealed class ChatMessageWriter(
    Utf8JsonWriter json, ChatDialect dialect, ModelSpec spec, RequestParameters parameters, Func<TextReasoningContent, bool> isOwn) : MessagesWriter
{
    private readonly CallIds _ids = new();
    private readonly List<DataContent> _toolImages = [];

    public override void Write(IReadOnlyList<ChatMessage> messages, int from)
    {
        for (var index = from; index < messages.Count; index++)
        {
            Write(messages[index]);
        }

        WriteToolImages();
    }

    private void Write(ChatMessage message)
    {
        if (message.Role == ChatRole.Tool)
        {
            WriteResults(message);
            return;
        }

        WriteToolImages();
        if (message.Role == ChatRole.Assistant)
        {
            WriteAssistant(message);
        }
        else
        {
            json.WriteStartObject();
            json.WriteString("role", message.Role == ChatRole.System ? "system" : "user");
            WriteContent(message.Contents);
            json.WriteEndObject();
        }
    }

    /// <summary>Images of tool results: this API has no place for them there, so a user message after all results of the step holds them.</summary>
    private void WriteToolImages()
    {
        if (_toolImages.Count == 0)
        {
            return;
        }

        json.WriteStartObject();
        json.WriteString("role", "user");
        WriteContent([new TextContent("Images from the tool results above, in order:"), .. _toolImages]);
        json.WriteEndObject();
        _toolImages.Clear();
    }

    private void WriteResults(ChatMessage message)
    {
        foreach (var result in message.Contents.OfType<FunctionResultContent>())
        {
            json.WriteStartObject();
            json.WriteString("role", "tool");
            json.WriteString("tool_call_id", _ids.ForResult(result.CallId));
            json.WriteString("content", ModelText.WellFormed(ToolResults.TextOf(result)));
            json.WriteEndObject();
            _toolImages.AddRange(ToolResults.ImagesOf(result));
        }
    }

    private void WriteAssistant(ChatMessage message)
    {
        json.WriteStartObject();
        json.WriteString("role", "assistant");
        var text = string.Concat(message.Contents.OfType<TextContent>().Select(content => content.Text));
        json.WriteString("content", ModelText.WellFormed(text));
        var calls = message.Contents.OfType<FunctionCallContent>().ToList();
        if (calls.Count > 0)
        {
            WriteReasoning(message);
            json.WriteStartArray("tool_calls");
            foreach (var call in calls)
            {
                json.WriteStartObject();
                json.WriteString("id", _ids.ForCall(call.CallId));
                json.WriteString("type", "function");
                json.WriteStartObject("function");
                json.WriteString("name", CallIds.ToolName(call.Name));
                json.WriteString("arguments", ModelText.WellFormed(ToolArguments.ObjectOf(call)));
                CallExtra.Write(json, call, spec, "function");
                json.WriteEndObject();
                CallExtra.Write(json, call, spec);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    /// <summary>Models that think between tool calls want their thoughts back; only their own, and only with the calls. Some refuse calls without,
    /// also those that a model made which did not think: these get an empty thought.</summary>
    private void WriteReasoning(ChatMessage message)
    {
        var reasoning = string.Concat(message.Contents.OfType<TextReasoningContent>().Where(isOwn).Select(content => content.Text));
        var name = dialect == ChatDialect.Ollama ? "reasoning" : RequestParameters.ReasoningContent;
        if ((reasoning.Length > 0 || parameters.DemandsReasoning) && parameters.Takes(name))
        {
            json.WriteString(parameters.DemandsReasoning ? RequestParameters.ReasoningContent : name, ModelText.WellFormed(reasoning));
        }
    }

    private void WriteContent(IList<AIContent> contents)
    {
        if (!contents.Any(content => content is DataContent or UriContent))
        {
            json.WriteString("content", ModelText.WellFormed(string.Concat(contents.OfType<TextContent>().Select(content => content.Text))));
            return;
        }

        json.WriteStartArray("content");
        foreach (var content in contents)
        {
            switch (content)
            {
                case TextContent text:
                    json.WriteStartObject();
                    json.WriteString("type", "text");
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

        json.WriteEndArray();
    }

    private void WriteImage(string uri)
    {
        json.WriteStartObject();
        json.WriteString("type", "image_url");
        json.WriteStartObject("image_url");
        json.WriteString("url", uri);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
