using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Text;

/// <summary>JSON from outside. It may escape half a surrogate pair, on which the base library throws when such a string is read, compared,
/// or written again.</summary>
internal static class JsonText
{
    /// <summary>The JSON with every half of a surrogate pair, escaped or not, as U+FFFD.</summary>
    public static string WellFormed(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        if (!json.Contains("\\u", StringComparison.Ordinal))
        {
            return ForeignText.WellFormed(json);
        }

        var text = new StringBuilder(json.Length);
        for (var index = 0; index < json.Length;)
        {
            if (Escape(json, index) is not { } unit)
            {
                // A backslash takes the next character with it, so that "\\ud800" is no escape.
                var length = json[index] == '\\' && index + 1 < json.Length ? 2 : 1;
                text.Append(json, index, length);
                index += length;
            }
            else if (char.IsHighSurrogate(unit) && Escape(json, index + 6) is { } low && char.IsLowSurrogate(low))
            {
                text.Append(json, index, 12);
                index += 12;
            }
            else
            {
                text.Append(char.IsSurrogate(unit) ? "\\ufffd" : json.AsSpan(index, 6));
                index += 6;
            }
        }

        return ForeignText.WellFormed(text.ToString());
    }

    /// <summary>The JSON, which means the same, with what <see cref="ForeignText.IsHidden"/> in its strings escaped. Line feeds stay.</summary>
    /// <param name="json">UTF-8 that is valid JSON.</param>
    public static ReadOnlyMemory<byte> Visible(ReadOnlyMemory<byte> json)
    {
        if (!json.Span.ContainsAnyInRange((byte)0x7F, (byte)0xFF))
        {
            return json;
        }

        var shown = new ArrayBufferWriter<byte>(json.Length + 64);
        Span<char> units = stackalloc char[2];
        for (var rest = json.Span; rest.Length > 0;)
        {
            Rune.DecodeFromUtf8(rest, out var rune, out var length);
            if (rune.Value < 0x7F || !ForeignText.IsHidden(rune))
            {
                shown.Write(rest[..length]);
            }
            else
            {
                foreach (var unit in units[..rune.EncodeToUtf16(units)])
                {
                    shown.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}")));
                }
            }

            rest = rest[length..];
        }

        return shown.WrittenMemory;
    }

    /// <summary>Arguments of a call as JSON, whatever their strings hold.</summary>
    internal static string OfArguments(IDictionary<string, object?> arguments)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            foreach (var (name, value) in arguments)
            {
                json.WritePropertyName(name);
                json.WriteRawValue(Of(value));
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <summary>A value as JSON, whatever its strings hold.</summary>
    internal static string Of(object? value)
    {
        try
        {
            return value is JsonElement element ? WellFormed(element.GetRawText())
                : JsonSerializer.Serialize(value, AIJsonUtilities.DefaultOptions.GetTypeInfo(typeof(object)));
        }
        catch (InvalidOperationException) when (value is JsonNode)
        {
            return "\"\\ufffd\"";
        }
    }

    private static char? Escape(string json, int index) =>
        index + 6 <= json.Length && json[index] == '\\' && json[index + 1] == 'u'
        && ushort.TryParse(json.AsSpan(index + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit) ? (char)unit : null;
}
