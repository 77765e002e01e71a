using System.Text.Json;
using Drafthorse.Harness.Text;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness;

/// <summary>Shortens long string arguments of a call, so that the call stays readable and valid JSON.</summary>
internal static class ArgumentTruncation
{
    /// <param name="message">The message.</param>
    /// <param name="options">What is long.</param>
    /// <param name="isWhole">Which calls keep all of their arguments.</param>
    public static ContextMessage Truncate(ContextMessage message, ArgumentTruncationOptions options, Func<ContentBlock, bool> isWhole) => message with
    {
        Content = [.. message.Content.Select(block => block is { Kind: "tool_call", Arguments: { } arguments } && arguments.Length > options.MaxLength && !isWhole(block)
            ? block with { Arguments = Shorten(arguments, options) }
            : block)],
    };

    private static string Shorten(string arguments, ArgumentTruncationOptions options)
    {
        var buffer = new MemoryStream();
        try
        {
            using var document = JsonDocument.Parse(JsonText.WellFormed(arguments));
            using var writer = new Utf8JsonWriter(buffer);
            Write(writer, document.RootElement, options.KeepLength);
        }
        catch (JsonException)
        {
            return "{}";
        }

        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void Write(Utf8JsonWriter writer, JsonElement element, int keep)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in element.EnumerateObject())
                {
                    writer.WritePropertyName(member.Name);
                    Write(writer, member.Value, keep);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                {
                    Write(writer, item, keep);
                }

                writer.WriteEndArray();
                break;
            case JsonValueKind.String when element.GetString() is { } text && text.Length > keep * 4:
                writer.WriteStringValue($"{text[..keep]}... [{text.Length - keep} characters left out]");
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }
}
