using System.Text;
using System.Text.Json;
using Drafthorse.Harness.Models.Http.Errors;

namespace Drafthorse.Harness.Models.Http.Streams;

/// <summary>The JSON of an event's data. Some servers put several values into one event, words that keep the connection alive, or nothing.</summary>
internal sealed class EventJson(ModelSpec spec)
{
    /// <summary>How many events without JSON may follow each other.</summary>
    private const int MostEmptyEvents = 1_000;

    private static readonly JsonReaderOptions Options = new() { AllowMultipleValues = true, CommentHandling = JsonCommentHandling.Skip };

    private int _empty;

    /// <summary>The last words that came where JSON belongs.</summary>
    public string Words { get; private set; } = "";

    /// <summary>Reads an event's values. Returns false at the mark that ends a stream of Chat Completions.</summary>
    public bool Read(ReadOnlySpan<byte> data, List<JsonDocument> values)
    {
        data = data.Trim(" \n\r\t"u8);
        if (IsEnd(data))
        {
            return false;
        }

        if (data.IsEmpty || IsWord(data) || data[0] is not ((byte)'{' or (byte)'[' or (byte)'"' or (byte)'n' or (>= (byte)'0' and <= (byte)'9')))
        {
            Words = data.IsEmpty || data[0] == ':' ? Words : ErrorText.Shorten(Encoding.UTF8.GetString(data[..Math.Min(data.Length, 2048)]));
            return ++_empty <= MostEmptyEvents ? true : throw ProviderErrors.Cut(spec, $"{MostEmptyEvents} events in a row say nothing");
        }

        _empty = 0;
        try
        {
            var at = 0;
            while (at < data.Length)
            {
                var reader = new Utf8JsonReader(data[at..], Options);
                values.Add(JsonDocument.ParseValue(ref reader));
                at += (int)reader.BytesConsumed;
                at += data[at..].Length - data[at..].TrimStart(" \n\r\t"u8).Length;
                if (IsEnd(data[at..]))
                {
                    return at == data.Length;
                }
            }

            return true;
        }
        catch (JsonException exception)
        {
            values.ForEach(value => value.Dispose());
            values.Clear();
            throw ProviderErrors.Cut(spec, "an event is not JSON", exception);
        }
    }

    /// <summary>Such as <c>[PING]</c>.</summary>
    private static bool IsWord(ReadOnlySpan<byte> data) => data.Length > 1 && data[0] == '[' && char.IsAsciiLetterUpper((char)data[1]);

    private static bool IsEnd(ReadOnlySpan<byte> data) =>
        data.Length is >= 4 and <= 8 && Encoding.UTF8.GetString(data).Trim('[', ']', '"', ' ').Equals("DONE", StringComparison.OrdinalIgnoreCase);
}
