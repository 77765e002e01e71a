using System.Globalization;
using System.Text.Json;
using Drafthorse.Harness.Text;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness;

/// <summary>An argument is missing or has the wrong shape; the message names it and what is expected.</summary>
public sealed class ArgumentReaderException(string message) : Exception(message);

/// <summary>
/// Reads the arguments of one tool call as models write them: numbers as text, JSON inside text, null for what is not given,
/// names that other tools use. What is unknown is ignored. Throws <see cref="ArgumentReaderException"/>.
/// </summary>
public sealed class ArgumentReader(string tool, AIFunctionArguments arguments)
{
    /// <summary>A text that must be there; may be empty.</summary>
    /// <param name="name">The argument.</param>
    /// <param name="expected">What the model is told to give.</param>
    /// <param name="otherNames">Names that are taken too.</param>
    public string Text(string name, string expected, params ReadOnlySpan<string> otherNames) =>
        Find(name, otherNames) is { } value ? TextOf(value, name) : throw Missing(name, expected);

    /// <summary>A text, or null when it is not given.</summary>
    public string? OptionalText(string name, params ReadOnlySpan<string> otherNames) =>
        Find(name, otherNames) is { } value ? TextOf(value, name) : null;

    /// <summary>A list of texts; null when it is not given, or is no list.</summary>
    public IReadOnlyList<string>? Texts(string name, params ReadOnlySpan<string> otherNames) =>
        Find(name, otherNames) is { ValueKind: JsonValueKind.Array } list
            ? [.. list.EnumerateArray().Select((item, index) => item.ValueKind == JsonValueKind.String ? TextOf(item, name) : throw Wrong($"{name}[{index}]", "a text", item))]
            : null;

    /// <summary>A whole number, or null when it is not given.</summary>
    public int? WholeNumber(string name, int least, int most)
    {
        if (Find(name, []) is not { } value || value is { ValueKind: JsonValueKind.String } && string.IsNullOrWhiteSpace(TextOf(value, name)))
        {
            return null;
        }

        var isNumber = value.ValueKind is JsonValueKind.Number or JsonValueKind.String;
        return isNumber && decimal.TryParse(TextOf(value, name), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most && decimal.Truncate(number) == number
            ? (int)number
            : throw Wrong(name, $"a whole number from {least} to {most}", value);
    }

    /// <summary>A yes or no; no when it is not given.</summary>
    public bool Flag(string name, params ReadOnlySpan<string> otherNames)
    {
        if (Find(name, otherNames) is not { } value)
        {
            return false;
        }

        return value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.String or JsonValueKind.Number => TextOf(value, name).Trim().ToUpperInvariant() switch
            {
                "TRUE" or "1" or "YES" => true,
                "FALSE" or "0" or "NO" or "" => false,
                _ => throw Wrong(name, "true or false", value),
            },
            _ => throw Wrong(name, "true or false", value),
        };
    }

    /// <summary>A list of objects, or null when it is not given; a single object counts as a list of one.</summary>
    public IReadOnlyList<ArgumentReader>? Objects(string name)
    {
        const string Expected = "a list of objects";
        if (Find(name, []) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            value = Parse(TextOf(value, name)) ?? throw Wrong(name, Expected, value);
        }

        return value.ValueKind switch
        {
            JsonValueKind.Object => [Inner(value, name)],
            JsonValueKind.Array => [.. value.EnumerateArray().Select((item, index) => item.ValueKind == JsonValueKind.Object ? Inner(item, $"{name}[{index}]") : throw Wrong($"{name}[{index}]", "an object", item))],
            _ => throw Wrong(name, Expected, value),
        };
    }

    /// <summary>The error for an argument that is not there.</summary>
    public ArgumentReaderException Missing(string name, string expected) => new($"{tool}: the argument \"{name}\" is missing. Give {expected}.");

    private ArgumentReader Inner(JsonElement value, string name) =>
        new($"{tool}, {name}", new AIFunctionArguments(value.EnumerateObject().GroupBy(NameOf).ToDictionary(group => group.Key, group => (object?)group.Last().Value, StringComparer.Ordinal)));

    private JsonElement? Find(string name, ReadOnlySpan<string> otherNames)
    {
        if (Value(name) is { } value)
        {
            return value;
        }

        foreach (var other in otherNames)
        {
            if (Value(other) is { } otherValue)
            {
                return otherValue;
            }
        }

        return null;
    }

    private JsonElement? Value(string name) => arguments.TryGetValue(name, out var value)
        ? value switch
        {
            null or JsonElement { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined } => null,
            JsonElement element => element,
            string text => Encode(text),
            bool flag => Parse(flag ? "true" : "false"),
            System.Text.Json.Nodes.JsonNode node => Parse(JsonText.Of(node)),
            IFormattable number => Parse(number.ToString(null, CultureInfo.InvariantCulture)),
            _ => throw new ArgumentReaderException($"{tool}: the argument \"{name}\" is of a kind that cannot be read. Give plain JSON."),
        }
        : null;

    private string TextOf(JsonElement value, string name)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return value.GetRawText();
        }

        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new ArgumentReaderException($"{tool}: the argument \"{name}\" holds half a character (a lone surrogate). Write that character whole, or leave it out.");
        }
    }

    private static string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return "";
        }
    }

    private ArgumentReaderException Wrong(string name, string expected, JsonElement value)
    {
        var given = value.GetRawText();
        return new($"{tool}: the argument \"{name}\" must be {expected}; it was {(given.Length > 60 ? given[..60] + "…" : given)}.");
    }

    private static JsonElement Encode(string text)
    {
        using var document = JsonDocument.Parse($"\"{JsonEncodedText.Encode(ForeignText.WellFormed(text))}\"");
        return document.RootElement.Clone();
    }

    private static JsonElement? Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
