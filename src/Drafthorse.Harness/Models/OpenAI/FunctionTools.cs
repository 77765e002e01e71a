using System.Text.Json;
using Drafthorse.Harness.Models.Families;
using Drafthorse.Harness.Models.Http;
using Drafthorse.Harness.Models.Http.Requests;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models.OpenAI;

/// <summary>Functions that the model may call. Chat Completions nests what is said of one in an object of its own; Responses does not,
/// and would make its schema strict when nothing is said.</summary>
internal static class FunctionTools
{
    public static void Write(Utf8JsonWriter json, ChatOptions options, ToolContract contract, RequestParameters parameters, bool isNested)
    {
        var tools = contract.Declare(options.Tools ?? []).ToList();
        if (tools.Count == 0)
        {
            return;
        }

        json.WriteStartArray("tools");
        foreach (var tool in tools)
        {
            BeginFunction(json, isNested);
            json.WriteString("name", CallIds.ToolName(tool.Name));
            json.WriteString("description", ModelText.WellFormed(tool.Description));
            json.WritePropertyName("parameters");
            tool.Schema.WriteTo(json);
            if (!isNested && parameters.Takes("strict"))
            {
                json.WriteBoolean("strict", false);
            }

            EndFunction(json, isNested);
        }

        json.WriteEndArray();
    }

    public static void WriteChoice(Utf8JsonWriter json, ChatOptions options, RequestParameters parameters, bool isNested)
    {
        if (options.Tools is not { Count: > 0 })
        {
            return;
        }

        if (options.AllowMultipleToolCalls is { } many && parameters.Takes("parallel_tool_calls"))
        {
            json.WriteBoolean("parallel_tool_calls", many);
        }

        if (!parameters.Takes("tool_choice"))
        {
            return;
        }

        switch (options.ToolMode)
        {
            case NoneChatToolMode:
                json.WriteString("tool_choice", "none");
                break;
            case RequiredChatToolMode { RequiredFunctionName: { } name }:
                json.WritePropertyName("tool_choice");
                BeginFunction(json, isNested);
                json.WriteString("name", CallIds.ToolName(name));
                EndFunction(json, isNested);
                break;
            case RequiredChatToolMode:
                json.WriteString("tool_choice", "required");
                break;
        }
    }

    private static void BeginFunction(Utf8JsonWriter json, bool isNested)
    {
        json.WriteStartObject();
        json.WriteString("type", "function");
        if (isNested)
        {
            json.WriteStartObject("function");
        }
    }

    private static void EndFunction(Utf8JsonWriter json, bool isNested)
    {
        json.WriteEndObject();
        if (isNested)
        {
            json.WriteEndObject();
        }
    }
}
