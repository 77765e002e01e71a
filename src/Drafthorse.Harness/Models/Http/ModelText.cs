using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Drafthorse.Harness.Models.Http;

/// <summary>Strings of JSON that others wrote, lone surrogates included.</summary>
internal static class ModelText
{
    /// <summary>A string member's value, or null when it is absent or not a string.</summary>
    public static string? String(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member.Text() : null;

    /// <summary>The beginning of a string member's value, without making a string of the rest; empty when it is absent or not a string.</summary>
    public static string Short(this JsonElement element, string name, int longest)
    {
        if (element.Member(name) is not { ValueKind: JsonValueKind.String } member)
        {
            return "";
        }

        var raw = JsonMarshal.GetRawUtf8Value(member);
        var text = raw.Length > longest * 12 ? Encoding.UTF8.GetString(raw[1..longest]) : member.Text()!;
        return text.Length > longest ? WellFormed(text[..longest]) : text;
    }

    /// <summary>An integer member's value, or null when it is absent or not an integer.</summary>
    public static long? Number(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member)
        && member.ValueKind == JsonValueKind.Number && member.TryGetInt64(out var value) ? value : null;

    /// <summary>An object member, or null when it is absent or something else.</summary>
    public static JsonElement? Object(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member)
        && member.ValueKind == JsonValueKind.Object ? member : null;

    /// <summary>A member, or null when it is absent or null.</summary>
    public static JsonElement? Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null ? member : null;

    /// <summary>The items of an array member; none when it is absent or something else.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member)
        && member.ValueKind == JsonValueKind.Array ? member.EnumerateArray() : [];

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
            return Unescape(element.GetRawText().AsSpan()[1..^1]);
        }
    }

    /// <summary>The text with lone surrogates as U+FFFD: what can be written as UTF-8.</summary>
    public static string WellFormed(string text)
    {
        for (var index = 0; index < text.Length; index++)
        {
            if (!char.IsSurrogate(text[index]))
            {
                continue;
            }

            if (char.IsHighSurrogate(text[index]) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]))
            {
                index++;
                continue;
            }

            return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
        }

        return text;
    }

    private static string Unescape(ReadOnlySpan<char> escaped)
    {
        var text = new StringBuilder(escaped.Length);
        for (var index = 0; index < escaped.Length; index++)
        {
            if (escaped[index] != '\\' || index + 1 >= escaped.Length)
            {
                text.Append(escaped[index]);
                continue;
            }

            index++;
            switch (escaped[index])
            {
                case 'b': text.Append('\b'); break;
                case 'f': text.Append('\f'); break;
                case 'n': text.Append('\n'); break;
                case 'r': text.Append('\r'); break;
                case 't': text.Append('\t'); break;
                case 'u' when index + 4 < escaped.Length:
                    text.Append((char)Convert.ToUInt16(escaped.Slice(index + 1, 4).ToString(), 16));
                    index += 4;
                    break;
                default: text.Append(escaped[index]); break;
            }
        }

        return WellFormed(text.ToString());
    }
}
