using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Agent.Answers;

/// <summary>A C# type as the form of an answer. Vendors want an object at the top, so other values travel inside of one.</summary>
internal sealed class AnswerType<T>
{
    private const string Wrapper = "value";

    private readonly JsonTypeInfo<T> _type;
    private readonly bool _isWrapped;

    public AnswerType(JsonTypeInfo<T> type)
    {
        _type = type;
        var schema = AIJsonUtilities.CreateJsonSchema(typeof(T), serializerOptions: type.Options);
        _isWrapped = type.Kind != JsonTypeInfoKind.Object;
        Schema = _isWrapped ? Wrap(schema) : schema;
    }

    public JsonElement Schema { get; }

    /// <summary>Reads a checked answer. Throws <see cref="JsonException"/>.</summary>
    public T Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        var element = _isWrapped ? document.RootElement.GetProperty(Wrapper) : document.RootElement;
        return element.Deserialize(_type) ?? throw new JsonException("the value is null");
    }

    private static JsonElement Wrap(JsonElement schema)
    {
        var wrapped = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject { [Wrapper] = JsonNode.Parse(schema.GetRawText()) },
            ["required"] = new JsonArray(Wrapper),
        };
        using var document = JsonDocument.Parse(wrapped.ToJsonString());
        return document.RootElement.Clone();
    }
}
