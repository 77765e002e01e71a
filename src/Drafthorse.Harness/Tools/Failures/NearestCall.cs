using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Drafthorse.Harness.Text;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Tools.Failures;

/// <summary>The call that would have been right, as near as a schema tells it to what a model gave: names of the schema, values of its
/// types, what is missing filled in.</summary>
internal static class NearestCall
{
    private const int MostProperties = 20, ShownCharacters = 60, MostCharacters = 1_000;

    /// <summary>The call as a name and JSON; null when the schema tells nothing, or what was given is as it says already.</summary>
    public static string? Of(AIFunction tool, IReadOnlyDictionary<string, object?> given)
    {
        if (!IsObject(tool.JsonSchema, "properties", out var properties) || properties.EnumerateObject().Count() is 0 or > MostProperties)
        {
            return null;
        }

        var required = RequiredOf(tool.JsonSchema);
        var taken = Match(properties, given);
        var isRight = taken.Count == given.Count && required.All(taken.ContainsKey);
        var call = new JsonObject();
        foreach (var property in properties.EnumerateObject())
        {
            if (taken.TryGetValue(property.Name, out var value) && Fit(property.Value, value.Value) is { } fitting)
            {
                call[property.Name] = fitting;
                isRight &= value.Name == property.Name && IsOfType(property.Value, value.Value);
            }
            else if (required.Contains(property.Name))
            {
                call[property.Name] = Example(property.Value);
                isRight = false;
            }
            else
            {
                isRight &= !taken.ContainsKey(property.Name);
            }
        }

        var text = Compact(call);
        return isRight || text.Length > MostCharacters ? null : $"{tool.Name} {text}";
    }

    /// <summary>An error's text, followed by the call that would have been right.</summary>
    public static string After(string error, AIFunction tool, IReadOnlyDictionary<string, object?> given) =>
        Of(tool, given) is { } right ? $"{error} The nearest call that is right: {right}" : error;

    /// <summary>Which of the schema's properties the given arguments mean: by name, else by how near it is.</summary>
    private static Dictionary<string, (string Name, JsonElement Value)> Match(JsonElement properties, IReadOnlyDictionary<string, object?> given)
    {
        var taken = new Dictionary<string, (string, JsonElement)>(StringComparer.Ordinal);
        var names = properties.EnumerateObject().Select(property => property.Name).ToList();
        foreach (var (name, value) in given.OrderByDescending(pair => names.Contains(pair.Key)).Take(MostProperties))
        {
            if (value is JsonElement element && Nearest(name, names.Where(known => !taken.ContainsKey(known))) is { } property)
            {
                taken[property] = (name, element);
            }
        }

        return taken;
    }

    /// <summary>The name that is equal but for case and separators, else within two letters, else holds it or is held by it; null when none is.</summary>
    public static string? Nearest(string name, IEnumerable<string> known)
    {
        var plain = Plain(name);
        return plain.Length is < 3 or > 100 ? null : known
            .Select(candidate => (candidate, Distance: DistanceOf(plain, Plain(candidate))))
            .Where(pair => pair.Distance <= 3)
            .OrderBy(pair => pair.Distance)
            .Select(pair => pair.candidate)
            .FirstOrDefault();
    }

    private static int DistanceOf(string name, string candidate) =>
        Distance(name, candidate) is var letters && letters <= (name.Length > 4 ? 2 : 0) ? letters
        : candidate.Length > 3 && (name.Contains(candidate, StringComparison.Ordinal) || candidate.Contains(name, StringComparison.Ordinal)) ? 3
        : int.MaxValue;

    private static string Plain(string name) => string.Concat(name.Where(char.IsLetterOrDigit)).ToUpperInvariant();

    private static int Distance(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > 2)
        {
            return int.MaxValue;
        }

        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }

    private static string Compact(JsonObject call)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            call.WriteTo(json);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static HashSet<string> RequiredOf(JsonElement schema) =>
        schema.TryGetProperty("required", out var required) && required.ValueKind == JsonValueKind.Array
            ? [.. required.EnumerateArray().Where(name => name.ValueKind == JsonValueKind.String).Select(name => name.GetString()!)]
            : [];

    private static string TypeOf(JsonElement schema) =>
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("type", out var type)
            ? type.ValueKind == JsonValueKind.String ? type.GetString()!
            : type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().FirstOrDefault(item => item.ValueKind == JsonValueKind.String && item.GetString() != "null") is { ValueKind: JsonValueKind.String } first ? first.GetString()! : ""
            : ""
            : "";

    private static bool IsOfType(JsonElement schema, JsonElement value) => TypeOf(schema) switch
    {
        "string" => value.ValueKind == JsonValueKind.String,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "number" => value.ValueKind == JsonValueKind.Number,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "array" => value.ValueKind == JsonValueKind.Array,
        "object" => value.ValueKind == JsonValueKind.Object,
        _ => true,
    };

    /// <summary>The value as the property takes it, shortened; null when it says nothing of use.</summary>
    private static JsonNode? Fit(JsonElement schema, JsonElement value) => IsOfType(schema, value)
        ? value.ValueKind == JsonValueKind.String ? Shorten(value) : value.GetRawText().Length <= ShownCharacters ? JsonNode.Parse(value.GetRawText()) : null
        : TypeOf(schema) switch
        {
            "string" when value.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
            "integer" when value.ValueKind == JsonValueKind.String && long.TryParse(TextOf(value), out var number) => number,
            "boolean" when value.ValueKind == JsonValueKind.String && bool.TryParse(TextOf(value), out var flag) => flag,
            _ => null,
        };

    private static JsonValue? Shorten(JsonElement value) =>
        TextOf(value) is { } text ? JsonValue.Create(text.Length <= ShownCharacters ? text : $"{ForeignText.WellFormed(text[..ShownCharacters])}…") : null;

    private static string? TextOf(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair.
            return null;
        }
    }

    private static JsonNode? Example(JsonElement schema) => TypeOf(schema) switch
    {
        "integer" or "number" => 1,
        "boolean" => true,
        "array" => new JsonArray(schema.TryGetProperty("items", out var items) ? Example(items) : "..."),
        "object" => ExampleObject(schema),
        _ => schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("enum", out var values) && values.ValueKind == JsonValueKind.Array && values.GetArrayLength() > 0
            ? JsonNode.Parse(values[0].GetRawText())
            : "...",
    };

    private static JsonObject ExampleObject(JsonElement schema)
    {
        var example = new JsonObject();
        if (IsObject(schema, "properties", out var properties))
        {
            var required = RequiredOf(schema);
            foreach (var property in properties.EnumerateObject().Where(property => required.Contains(property.Name)).Take(MostProperties))
            {
                example[property.Name] = Example(property.Value);
            }
        }

        return example;
    }

    private static bool IsObject(JsonElement schema, string name, out JsonElement value)
    {
        value = default;
        return schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty(name, out value) && value.ValueKind == JsonValueKind.Object;
    }
}
