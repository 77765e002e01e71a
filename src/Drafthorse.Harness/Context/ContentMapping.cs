using System.Text.Json;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Text;
using Drafthorse.Harness.Threads;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Context;

/// <summary>Between the journal's content blocks and Microsoft.Extensions.AI's contents, in both directions.</summary>
internal static class ContentMapping
{
    public static AIContent? ToContent(ContentBlock block) => block.Kind switch
    {
        "text" => new TextContent(block.Text),
        "reasoning" => new TextReasoningContent(block.Text)
        {
            ProtectedData = block.Opaque,
            AdditionalProperties = block.Vendor is null ? null : new() { [ModelProperties.Vendor] = block.Vendor },
        },
        "tool_call" => new FunctionCallContent(block.CallId ?? "", block.Name ?? "", ParseArguments(block.Arguments))
        {
            AdditionalProperties = PropertiesOf(block),
        },
        "image" => new DataContent(block.Data, block.MediaType ?? "image/png"),
        _ => null,
    };

    public static ContentBlock? ToBlock(AIContent content) => content switch
    {
        TextReasoningContent reasoning => new ContentBlock
        {
            Kind = "reasoning",
            Text = reasoning.Text,
            Opaque = reasoning.ProtectedData,
            Vendor = reasoning.AdditionalProperties?.GetValueOrDefault(ModelProperties.Vendor) as string,
        },
        TextContent text => text.Text.Length == 0 ? null : ContentBlock.OfText(text.Text),
        FunctionCallContent call => new ContentBlock
        {
            Kind = "tool_call",
            CallId = call.CallId,
            Name = call.Name,
            Opaque = call.AdditionalProperties?.GetValueOrDefault(ModelProperties.Extra) as string,
            Vendor = call.AdditionalProperties?.GetValueOrDefault(ModelProperties.Vendor) as string,
            Arguments = call.AdditionalProperties?.GetValueOrDefault(ModelProperties.Arguments) as string
                ?? (call.Exception is null ? WriteArguments(call.Arguments) : $"(unreadable: {call.Exception.Message})"),
        },
        DataContent data => new ContentBlock { Kind = "image", MediaType = data.MediaType, Data = data.Data.ToArray() },
        _ => null,
    };

    /// <summary>The arguments as a dictionary, or null when they are no JSON object.</summary>
    public static Dictionary<string, object?>? ParseArguments(string? arguments)
    {
        if (string.IsNullOrWhiteSpace(arguments))
        {
            return [];
        }

        try
        {
            using var document = JsonDocument.Parse(arguments);
            return document.RootElement.ValueKind != JsonValueKind.Object
                ? null
                : document.RootElement.EnumerateObject()
                    .GroupBy(member => member.Name, StringComparer.Ordinal)
                    .ToDictionary(group => group.Key, group => (object?)group.Last().Value.Clone(), StringComparer.Ordinal);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static AdditionalPropertiesDictionary PropertiesOf(ContentBlock call)
    {
        var properties = new AdditionalPropertiesDictionary { [ModelProperties.Arguments] = call.Arguments ?? "{}" };
        if (call.Opaque is not null && call.Vendor is not null)
        {
            properties[ModelProperties.Extra] = call.Opaque;
            properties[ModelProperties.Vendor] = call.Vendor;
        }

        return properties;
    }

    private static string WriteArguments(IDictionary<string, object?>? arguments) => JsonText.OfArguments(arguments ?? new Dictionary<string, object?>());
}
