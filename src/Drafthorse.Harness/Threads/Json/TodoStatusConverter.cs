using System.Text.Json;
using System.Text.Json.Serialization;

namespace Drafthorse.Harness.Threads.Json;

/// <summary>Writes a to-do's status by its name; a name that is not known (a newer build's) is read as pending.</summary>
internal sealed class TodoStatusConverter : JsonConverter<TodoStatus>
{
    public override TodoStatus Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
            return TodoStatusNames.Find(reader.GetString()) ?? default;
        reader.Skip();
        return default;
    }

    public override void Write(Utf8JsonWriter writer, TodoStatus value, JsonSerializerOptions options) => writer.WriteStringValue(TodoStatusNames.Of(value));
}
