using System.Text.Json;
using System.Text.Json.Serialization;

namespace Drafthorse.Harness.Threads.Json;

/// <summary>Writes a stored enum by name and reads an unknown name (a newer build's) as the default value instead of failing.</summary>
internal sealed class LenientEnumConverter<T> : JsonConverter<T> where T : struct, Enum
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return default;
        }

        return Enum.TryParse<T>(reader.GetString(), ignoreCase: true, out var value) ? value : default;
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(JsonNamingPolicy.CamelCase.ConvertName(value.ToString()));
}
