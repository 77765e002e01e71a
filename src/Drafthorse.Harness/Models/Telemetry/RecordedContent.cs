using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Drafthorse.Harness.Text;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models.Telemetry;

/// <summary>The words of one model call in its span, by OpenTelemetry's conventions (<c>gen_ai.input.messages</c>, <c>gen_ai.output.messages</c>):
/// the newest messages that have room, each text cut.</summary>
internal sealed class RecordedContent(Activity activity, Func<string, string> record)
{
    private const int MostCharacters = 64 * 1024;
    private const int LongestText = 8 * 1024;

    private readonly StringBuilder _text = new();
    private readonly List<(string Name, string Text)> _calls = [];

    public void Ask(IReadOnlyList<ChatMessage> messages)
    {
        var room = MostCharacters;
        var shown = new List<(string Role, List<(string Type, string Text)> Parts)>();
        foreach (var message in messages.Reverse())
        {
            var parts = message.Contents.Select(PartOf).Where(part => part.Text.Length > 0).Select(part => (part.Type, Cut(record(part.Text)))).ToList();
            room -= parts.Sum(part => part.Item2.Length);
            if (room < 0)
                break;
            shown.Insert(0, (message.Role.Value, parts));
        }

        activity.SetTag("gen_ai.input.messages", Write(shown));
    }

    public void Hear(ChatResponseUpdate update)
    {
        foreach (var content in update.Contents)
        {
            if (content is TextContent text && _text.Length < MostCharacters)
                _text.Append(text.Text);
            else if (content is FunctionCallContent && _calls.Count < 32)
                _calls.Add(PartOf(content));
        }
    }

    public void End()
    {
        List<(string Type, string Text)> parts = _text.Length == 0 ? [] : [("text", Cut(record(_text.ToString())))];
        parts.AddRange(_calls.Select(call => (call.Name, Cut(record(call.Text)))));
        activity.SetTag("gen_ai.output.messages", Write([("assistant", parts)]));
    }

    private static (string Type, string Text) PartOf(AIContent content) => content switch
    {
        TextContent text => ("text", text.Text),
        FunctionCallContent call => ("tool_call", $"{call.Name} {string.Join(' ', call.Arguments?.Select(argument => string.Create(CultureInfo.InvariantCulture, $"{argument.Key}={argument.Value}")) ?? [])}"),
        FunctionResultContent result => ("tool_call_response", $"{result.Result}"),
        DataContent data => ("blob", $"{data.MediaType}, {data.Data.Length} bytes"),
        _ => (content.GetType().Name, ""),
    };

    private static string Cut(string text) => text.Length <= LongestText ? text : $"{text[..(LongestText / 2)]}\n[{text.Length - LongestText} characters left out]\n{text[^(LongestText / 2)..]}";

    private static string Write(IReadOnlyList<(string Role, List<(string Type, string Text)> Parts)> messages)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartArray();
            foreach (var (role, parts) in messages)
            {
                writer.WriteStartObject();
                writer.WriteString("role", role);
                writer.WriteStartArray("parts");
                foreach (var (type, text) in parts)
                {
                    writer.WriteStartObject();
                    writer.WriteString("type", type);
                    writer.WriteString("content", StrictText(text));
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        return Encoding.UTF8.GetString(JsonText.Visible(buffer.WrittenMemory).Span);
    }

    /// <summary>A cut may go through a character of two halves.</summary>
    private static string StrictText(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
}
