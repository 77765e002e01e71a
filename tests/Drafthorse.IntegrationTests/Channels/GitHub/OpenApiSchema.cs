using System.Globalization;
using System.Text.Json;

namespace Drafthorse.IntegrationTests.Channels.GitHub;

/// <summary>Checks JSON against the schemas of an OpenAPI 3.0 description, by the keywords that GitHub's uses.</summary>
internal sealed class OpenApiSchema(JsonElement root)
{
    /// <summary>What is wrong with a value, or null. <paramref name="strict"/> forbids members that the schema does not name.</summary>
    public string? Check(JsonElement value, JsonElement schema, string at, bool strict = false)
    {
        schema = Resolve(schema);
        if (value.ValueKind is JsonValueKind.Null)
            return Allows(schema, "nullable") || !schema.TryGetProperty("type", out _) ? null : $"{at}: null is not allowed";
        return CheckAlternatives(value, schema, at, strict)
            ?? CheckEnum(value, schema, at)
            ?? (schema.TryGetProperty("type", out var type) ? CheckType(value, schema, type.GetString()!, at, strict) : CheckMembers(value, schema, at, strict));
    }

    public JsonElement Resolve(JsonElement element)
    {
        while (element.ValueKind is JsonValueKind.Object && element.TryGetProperty("$ref", out var reference))
        {
            element = root;
            foreach (var part in reference.GetString()!.Split('/')[1..])
                element = element.GetProperty(part);
        }

        return element;
    }

    private string? CheckAlternatives(JsonElement value, JsonElement schema, string at, bool strict)
    {
        if (schema.TryGetProperty("allOf", out var all))
        {
            foreach (var one in all.EnumerateArray())
            {
                if (Check(value, one, at) is { } error)
                    return error;
            }
        }

        foreach (var keyword in new[] { "anyOf", "oneOf" })
        {
            if (!schema.TryGetProperty(keyword, out var alternatives))
                continue;
            var errors = alternatives.EnumerateArray().Select(one => Check(value, one, at, strict)).ToList();
            if (errors.TrueForAll(error => error is not null))
                return $"{at}: fits none of {errors.Count} schemas ({string.Join(" | ", errors)})";
        }

        return null;
    }

    private static string? CheckEnum(JsonElement value, JsonElement schema, string at) =>
        schema.TryGetProperty("enum", out var values) && !values.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value))
            ? $"{at}: {value} is none of {values}"
            : null;

    private string? CheckType(JsonElement value, JsonElement schema, string type, string at, bool strict)
    {
        string Wrong() => $"{at}: {value.ValueKind} is not {type}";
        return type switch
        {
            "object" => value.ValueKind is JsonValueKind.Object ? CheckMembers(value, schema, at, strict) : Wrong(),
            "array" => value.ValueKind is JsonValueKind.Array ? CheckItems(value, schema, at, strict) : Wrong(),
            "string" => value.ValueKind is JsonValueKind.String ? CheckFormat(value.GetString()!, schema, at) : Wrong(),
            "integer" => value.ValueKind is JsonValueKind.Number && value.TryGetInt64(out _) ? null : Wrong(),
            "number" => value.ValueKind is JsonValueKind.Number ? null : Wrong(),
            "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : Wrong(),
            _ => null,
        };
    }

    private string? CheckMembers(JsonElement value, JsonElement schema, string at, bool strict)
    {
        if (value.ValueKind is not JsonValueKind.Object)
            return null;
        if (schema.TryGetProperty("required", out var required))
        {
            foreach (var name in required.EnumerateArray().Select(name => name.GetString()!))
            {
                if (!value.TryGetProperty(name, out _))
                    return $"{at}: '{name}' is missing";
            }
        }

        var known = schema.TryGetProperty("properties", out var properties) ? properties : default;
        foreach (var member in value.EnumerateObject())
        {
            if (known.ValueKind is JsonValueKind.Object && known.TryGetProperty(member.Name, out var expected))
            {
                if (Check(member.Value, expected, $"{at}.{member.Name}", strict) is { } error)
                    return error;
            }
            else if (strict && known.ValueKind is JsonValueKind.Object)
            {
                return $"{at}: '{member.Name}' is unknown";
            }
        }

        return null;
    }

    private string? CheckItems(JsonElement value, JsonElement schema, string at, bool strict)
    {
        if (!schema.TryGetProperty("items", out var items))
            return null;
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            if (Check(item, items, $"{at}[{index++}]", strict) is { } error)
                return error;
        }

        return null;
    }

    private static string? CheckFormat(string text, JsonElement schema, string at) =>
        (schema.TryGetProperty("format", out var format) ? format.GetString() : "") switch
        {
            "date-time" when !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _) => $"{at}: '{text}' is no time",
            "uri" when !Uri.TryCreate(text, UriKind.Absolute, out _) => $"{at}: '{text}' is no address",
            _ => null,
        };

    private static bool Allows(JsonElement schema, string keyword) => schema.TryGetProperty(keyword, out var value) && value.GetBoolean();
}
