using System.Text.Json;
using System.Text.Json.Serialization;

namespace Drafthorse.Harness.Threads.Json;

internal sealed class ThreadIdJsonConverter : JsonConverter<ThreadId>
{
    public override ThreadId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(reader.GetGuid());

    public override void Write(Utf8JsonWriter writer, ThreadId value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Value);
}
