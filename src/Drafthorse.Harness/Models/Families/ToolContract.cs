using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models.Families;

/// <summary>How tools are declared to models of a family: the edit tool and the argument names that it was trained on, and schemas that name
/// what is required before what there is. Only our own tools, which take each of the names, are changed so.</summary>
internal sealed class ToolContract(ModelFamily family)
{
    private static readonly string[] EditTools = ["edit_file", "apply_patch"];

    private readonly ConditionalWeakTable<AIFunctionDeclaration, Declaration> _declared = [];

    public static ToolContract General { get; } = new(ModelFamily.General);

    /// <summary>A tool as a model is told of it.</summary>
    public sealed record Declaration(string Name, string Description, JsonElement Schema);

    /// <summary>The tools to declare, in order.</summary>
    public IEnumerable<Declaration> Declare(IEnumerable<AITool> tools)
    {
        var all = tools.OfType<AIFunctionDeclaration>().ToList();
        var hasEditTool = all.Exists(tool => tool.Name == family.EditTool && IsOurs(tool));
        return all
            .Where(tool => !hasEditTool || tool.Name == family.EditTool || !EditTools.Contains(tool.Name) || !IsOurs(tool))
            .Select(tool => _declared.GetValue(tool, Write));
    }

    private Declaration Write(AIFunctionDeclaration tool)
    {
        var names = IsOurs(tool) ? family.Arguments.GetValueOrDefault(tool.Name) : null;
        var description = names is null ? tool.Description : names.Where(name => name.Key.Contains('_', StringComparison.Ordinal)).Aggregate(tool.Description, (text, name) => text.Replace(name.Key, name.Value, StringComparison.Ordinal));
        return new Declaration(tool.Name, description, Ordered(tool.JsonSchema, names));
    }

    private static bool IsOurs(AIFunctionDeclaration tool) => tool is SandboxTool && tool.GetType().Assembly == typeof(SandboxTool).Assembly;

    private static JsonElement Ordered(JsonElement schema, IReadOnlyDictionary<string, string>? names)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            return schema;
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var member in schema.EnumerateObject().OrderBy(member => member.Name switch { "type" => 0, "required" => 1, "properties" => 2, _ => 3 }))
            {
                Write(json, member, names);
            }

            json.WriteEndObject();
        }

        return JsonElement.Parse(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, JsonProperty member, IReadOnlyDictionary<string, string>? names)
    {
        if (names is not null && member is { Name: "required", Value.ValueKind: JsonValueKind.Array })
        {
            json.WriteStartArray(member.Name);
            foreach (var name in member.Value.EnumerateArray())
            {
                json.WriteStringValue(NameOf(name.GetString()!, names));
            }

            json.WriteEndArray();
        }
        else if (names is not null && member is { Name: "properties", Value.ValueKind: JsonValueKind.Object })
        {
            json.WriteStartObject(member.Name);
            foreach (var property in member.Value.EnumerateObject())
            {
                json.WritePropertyName(NameOf(property.Name, names));
                property.Value.WriteTo(json);
            }

            json.WriteEndObject();
        }
        else
        {
            member.WriteTo(json);
        }
    }

    private static string NameOf(string name, IReadOnlyDictionary<string, string> names) => names.GetValueOrDefault(name, name);
}
