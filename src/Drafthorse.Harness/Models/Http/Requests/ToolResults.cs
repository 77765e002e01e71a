using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models.Http.Requests;

/// <summary>What a function result holds: text and images. A result may be a string, JSON, one content or a list of contents.</summary>
internal static class ToolResults
{
    public static bool IsError(FunctionResultContent result) =>
        result.Exception is not null
        || (result.AdditionalProperties?.TryGetValue(ModelProperties.IsError, out var failed) == true && failed is true);

    public static string TextOf(FunctionResultContent result) => result.Result switch
    {
        null => result.Exception?.Message ?? "",
        string text => text,
        JsonElement { ValueKind: JsonValueKind.String } json => json.Text() ?? "",
        JsonElement json => json.GetRawText(),
        AIContent content => TextOf(content),
        IEnumerable<AIContent> contents => string.Join('\n', contents.Select(TextOf).Where(text => text.Length > 0)),
        var other => Convert.ToString(other, CultureInfo.InvariantCulture) ?? "",
    };

    public static IEnumerable<DataContent> ImagesOf(FunctionResultContent result) => result.Result switch
    {
        DataContent content => [content],
        IEnumerable<AIContent> contents => contents.OfType<DataContent>(),
        _ => [],
    };

    private static string TextOf(AIContent content) => content is TextContent text ? text.Text : "";
}
