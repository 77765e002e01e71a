using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Drafthorse.Harness.Text;

namespace Drafthorse.Harness.Models.Http;

/// <summary>Strings of JSON that others wrote, lone surrogates included.</summary>
internal static class ModelText
{
    /// <summary>A string member's value, or null when it is absent or not a string.</summary>
    public static string? String(this JsonElement element, string name) =>
        element.Member(name)?.Text();

    /// <summary>The beginning of a string member's value, without making a string of the rest; empty when it is absent or not a string.</summary>
    public static string Short(this JsonElement element, string name, int longest)
    {
        if (element.Member(name) is not { ValueKind: JsonValueKind.String } member)
        {
            return "";
        }

        var raw = JsonMarshal.GetRawUtf8Value(member);
        var text = raw.Length > longest * 12 ? Encoding.UTF8.GetString(raw.Slice(1, longest)) : member.Text()!;
        return text.Length > longest ? WellFormed(text[..longest]) : text;
    }

    /// <summary>A member's name; empty when it is not Unicode, which the base library throws on.</summary>
    public static string NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            return "";
        }
    }

    /// <summary>An integer member's value, or null when it is absent or not an integer.</summary>
    public static long? Number(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Number } member && member.TryGetInt64(out var value) ? value : null;

    /// <summary>An object member, or null when it is absent or something else.</summary>
    public static JsonElement? Object(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Object } member ? member : null;

    /// <summary>The items of an array member; none when it is absent or something else.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Array } member ? member.EnumerateArray() : [];

    /// <summary>The string, with lone surrogates as U+FFFD; null when the element is not a string.</summary>
    public static string? Text(this JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            using var document = JsonDocument.Parse(JsonText.WellFormed(element.GetRawText()));
            return document.RootElement.GetString();
        }
    }

    /// <summary>The text with lone surrogates as U+FFFD: what can be written as UTF-8.</summary>
    public static string WellFormed(string text) => ForeignText.WellFormed(text);

    /// <summary>A member, or null when it is absent or null. A name with half a surrogate pair, which the base library throws on, is nobody's.</summary>
    public static JsonElement? Member(this JsonElement element, string name)
    {
        try
        {
            return element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null ? member : null;
        }
        catch (InvalidOperationException)
        {
            using var document = JsonDocument.Parse(JsonText.WellFormed(element.GetRawText()));
            return document.RootElement.Clone().Member(name);
        }
    }
}
