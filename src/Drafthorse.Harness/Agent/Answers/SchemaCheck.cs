using System.Globalization;
using System.Text.Json;

namespace Drafthorse.Harness.Agent.Answers;

/// <summary>
/// Checks a JSON value against the part of JSON Schema (draft 2020-12) that schemas of answers use: type, enum, const, properties,
/// required, additionalProperties, items, minItems, maxItems, minLength, maxLength, minimum, maximum, anyOf, oneOf, allOf and local
/// $ref. Other keywords are not looked at.
/// </summary>
internal static class SchemaCheck
{
    private const int MaxDepth = 64;

    /// <summary>The first thing that is wrong, with its place, or null.</summary>
    public static string? ErrorOf(JsonElement schema, JsonElement value) => ErrorOf(schema, schema, value, "$", 0);

    private static string? ErrorOf(JsonElement root, JsonElement schema, JsonElement value, string path, int depth)
    {
        if (schema.ValueKind == JsonValueKind.False || depth > MaxDepth)
        {
            return $"{path} is not allowed";
        }

        if (schema.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (schema.TryGetProperty("$ref", out var reference) && Resolve(root, reference.GetString()) is { } target
            && ErrorOf(root, target, value, path, depth + 1) is { } referred)
        {
            return referred;
        }

        return TypeError(schema, value, path)
            ?? ChoiceError(root, schema, value, path, depth)
            ?? value.ValueKind switch
            {
                JsonValueKind.Object => ObjectError(root, schema, value, path, depth),
                JsonValueKind.Array => ArrayError(root, schema, value, path, depth),
                JsonValueKind.String => RangeError(schema, value.GetString()!.EnumerateRunes().Count(), "minLength", "maxLength", path, "characters"),
                JsonValueKind.Number => RangeError(schema, value.GetDouble(), "minimum", "maximum", path, "in value"),
                _ => null,
            };
    }

    private static string? TypeError(JsonElement schema, JsonElement value, string path)
    {
        if (schema.TryGetProperty("type", out var type))
        {
            var names = type.ValueKind == JsonValueKind.Array ? [.. type.EnumerateArray().Select(item => item.GetString()!)] : new[] { type.GetString()! };
            if (!names.Any(name => IsOf(name, value)))
            {
                return $"{path} must be of type {string.Join(" or ", names)}";
            }
        }

        if (schema.TryGetProperty("const", out var constant) && !JsonElement.DeepEquals(constant, value))
        {
            return $"{path} must be {constant.GetRawText()}";
        }

        return schema.TryGetProperty("enum", out var choices) && !choices.EnumerateArray().Any(choice => JsonElement.DeepEquals(choice, value))
            ? $"{path} must be one of {choices.GetRawText()}"
            : null;
    }

    private static string? ChoiceError(JsonElement root, JsonElement schema, JsonElement value, string path, int depth)
    {
        foreach (var part in Items(schema, "allOf"))
        {
            if (ErrorOf(root, part, value, path, depth + 1) is { } error)
            {
                return error;
            }
        }

        foreach (var (name, most) in new[] { ("anyOf", int.MaxValue), ("oneOf", 1) })
        {
            var parts = Items(schema, name).ToList();
            var fitting = parts.Count(part => ErrorOf(root, part, value, path, depth + 1) is null);
            if (parts.Count > 0 && (fitting == 0 || fitting > most))
            {
                return $"{path} must fit {(most == 1 ? "exactly one" : "one")} of its {parts.Count} schemas";
            }
        }

        return null;
    }

    private static string? ObjectError(JsonElement root, JsonElement schema, JsonElement value, string path, int depth)
    {
        foreach (var required in Items(schema, "required"))
        {
            if (!value.TryGetProperty(required.GetString()!, out _))
            {
                return $"{path} lacks the property \"{required.GetString()}\"";
            }
        }

        var known = schema.TryGetProperty("properties", out var properties);
        foreach (var member in value.EnumerateObject())
        {
            if (known && properties.TryGetProperty(member.Name, out var property))
            {
                if (ErrorOf(root, property, member.Value, $"{path}.{member.Name}", depth + 1) is { } error)
                {
                    return error;
                }
            }
            else if (schema.TryGetProperty("additionalProperties", out var other)
                && ErrorOf(root, other, member.Value, $"{path}.{member.Name}", depth + 1) is { } error)
            {
                return error;
            }
        }

        return null;
    }

    private static string? ArrayError(JsonElement root, JsonElement schema, JsonElement value, string path, int depth)
    {
        if (schema.TryGetProperty("items", out var items))
        {
            foreach (var (index, item) in value.EnumerateArray().Index())
            {
                if (ErrorOf(root, items, item, $"{path}[{index}]", depth + 1) is { } error)
                {
                    return error;
                }
            }
        }

        return RangeError(schema, value.GetArrayLength(), "minItems", "maxItems", path, "items");
    }

    private static string? RangeError(JsonElement schema, double value, string least, string most, string path, string what) =>
        schema.TryGetProperty(least, out var min) && value < min.GetDouble() ? string.Create(CultureInfo.InvariantCulture, $"{path} must have at least {min.GetDouble()} {what}")
        : schema.TryGetProperty(most, out var max) && value > max.GetDouble() ? string.Create(CultureInfo.InvariantCulture, $"{path} must have at most {max.GetDouble()} {what}")
        : null;

    private static bool IsOf(string type, JsonElement value) => type switch
    {
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number) && decimal.Truncate(number) == number,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        _ => type.Equals(value.ValueKind.ToString(), StringComparison.OrdinalIgnoreCase),
    };

    private static JsonElement.ArrayEnumerator Items(JsonElement schema, string name) =>
        schema.TryGetProperty(name, out var items) && items.ValueKind == JsonValueKind.Array ? items.EnumerateArray() : default;

    private static JsonElement? Resolve(JsonElement root, string? reference)
    {
        if (reference is null || !reference.StartsWith('#'))
        {
            return null;
        }

        var at = root;
        foreach (var part in reference[1..].Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var name = Uri.UnescapeDataString(part).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (at.ValueKind == JsonValueKind.Array && int.TryParse(name, CultureInfo.InvariantCulture, out var index) && index < at.GetArrayLength())
            {
                at = at[index];
            }
            else if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(name, out at))
            {
                return null;
            }
        }

        return at;
    }
}
