using System.Buffers;
using System.Text.Json;
using Drafthorse.Harness.Text;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Events;

/// <summary>A journal record as one line of JSON, whole and unchanged: the export of a thread.</summary>
internal static class JournalExport
{
    public static ReadOnlyMemory<byte> Line(JournalRecord record)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteNumber("position", record.Position);
            writer.WriteString("at", record.At);
            writer.WriteString("kind", record.Kind);
            writer.WriteNumber("version", record.Version);
            writer.WritePropertyName("data");
            writer.WriteRawValue(record.Data, skipInputValidation: true);
            writer.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return JsonText.Visible(buffer.WrittenMemory);
    }
}
