using System.Text.Json;
using Drafthorse.Harness.Text;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Agent.Answers;

/// <summary>JSON schemas of answers.</summary>
internal static class AnswerSchemas
{
    private static readonly AIJsonSchemaTransformOptions Closed = new() { DisallowAdditionalProperties = true };

    /// <summary>The schema with objects closed: vendors that enforce a schema want that.</summary>
    public static JsonElement Strict(JsonElement schema) => AIJsonUtilities.TransformSchema(schema, Closed);

    /// <summary>What is wrong with an answer, or null.</summary>
    public static string? ErrorOf(JsonElement schema, string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return SchemaCheck.ErrorOf(schema, document.RootElement);
        }
        catch (JsonException exception)
        {
            return $"it is not JSON ({exception.Message.TrimEnd('.')})";
        }
    }

    /// <summary>The answer without a Markdown fence around it.</summary>
    public static string WithoutFence(string text)
    {
        var trimmed = JsonText.WellFormed(text).Trim();
        var begin = trimmed.IndexOf('\n', StringComparison.Ordinal);
        return trimmed.StartsWith("```", StringComparison.Ordinal) && trimmed.EndsWith("```", StringComparison.Ordinal) && begin > 0 && begin < trimmed.Length - 3
            ? trimmed[begin..^3].Trim()
            : trimmed;
    }
}
