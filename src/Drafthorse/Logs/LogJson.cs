using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Drafthorse.Harness.Text;
using Drafthorse.Settings;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Drafthorse.Logs;

/// <summary>The log for programs: one JSON object a line.</summary>
internal sealed class LogJson(TimeProvider time) : ConsoleFormatter(LogOptions.Json)
{
    private const string Template = "{OriginalFormat}";
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            writer.WriteString("at", time.GetUtcNow());
            writer.WriteString("level", logEntry.LogLevel.ToString().ToLowerInvariant());
            writer.WriteString("category", logEntry.Category);
            writer.WriteNumber("event", logEntry.EventId.Id);
            Write(writer, "message", logEntry.Formatter(logEntry.State, logEntry.Exception));
            var subject = LogSubject.Of(scopeProvider);
            Write(writer, "thread", subject.Thread);
            Write(writer, "repository", subject.Repository);
            Write(writer, "issue", subject.Issue);
            Write(writer, "trace", Activity.Current?.TraceId.ToString());
            WriteValues(writer, logEntry.State as IEnumerable<KeyValuePair<string, object?>>);
            Write(writer, "exception", logEntry.Exception?.ToString());
            writer.WriteEndObject();
        }

        textWriter.Write(Encoding.UTF8.GetString(JsonText.Visible(buffer.WrittenMemory).Span));
        textWriter.Write('\n');
    }

    private static void WriteValues(Utf8JsonWriter writer, IEnumerable<KeyValuePair<string, object?>>? values)
    {
        writer.WriteStartObject("values");
        foreach (var (name, value) in values?.Where(value => value.Key != Template).DistinctBy(value => value.Key) ?? [])
        {
            switch (value)
            {
                case null:
                    writer.WriteNull(name);
                    break;
                case int or long:
                    writer.WriteNumber(name, Convert.ToInt64(value, CultureInfo.InvariantCulture));
                    break;
                case decimal number:
                    writer.WriteNumber(name, number);
                    break;
                default:
                    Write(writer, name, Convert.ToString(value, CultureInfo.InvariantCulture));
                    break;
            }
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string name, string? text)
    {
        // A lone surrogate is no JSON.
        if (text is not null)
            writer.WriteString(name, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)));
    }
}
