using System.Globalization;
using System.Text.Json;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Threads.Archive;
using Drafthorse.Harness.Threads.Operations;
using StackExchange.Redis;
using static Drafthorse.Harness.Redis.RedisRows;

namespace Drafthorse.Harness.Redis;

/// <summary>Rows as they are handed to another store, and rows of another one.</summary>
internal static class RedisArchive
{
    public static byte[] Ask(StoreScan scan) => RedisLoad.JsonText(json =>
    {
        json.WriteString("kind", scan.Kind.ToString());
        json.WriteNumber("limit", scan.Limit);
        if (scan.After is not null)
            json.WriteString("after", scan.After);
        if (scan.Thread is { } thread)
            json.WriteString("thread", Name(thread));
    });

    public static StoredPage Read(StoreScan scan, RedisResult answer)
    {
        var rows = new List<StoredRow>();
        string? next = null;
        foreach (var row in (RedisResult[])answer!)
        {
            var fields = (RedisValue[])row!;
            if (fields[0] == "next")
                next = fields[1];
            else
                rows.Add(StoredDamage.Or((string)fields[1]!, () => Read(scan.Thread ?? default, fields)));
        }

        return new StoredPage(scan.Kind == ScanKind.Effects ? [.. rows.OrderBy(row => (row as StoredEffect)?.Row.Id)] : rows, next);
    }

    public static void WriteImported(Utf8JsonWriter json, IEnumerable<StoredRow> rows)
    {
        json.WriteStartArray("imported");
        foreach (var row in rows)
        {
            json.WriteStartObject();
            Write(json, row);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static StoredRow Read(ThreadId thread, RedisValue[] fields)
    {
        var (name, text) = ((string)fields[1]!, (string)fields[2]!);
        switch ((string)fields[0]!)
        {
            case "thread":
                var row = JsonSerializer.Deserialize((string)fields[3]!, RedisJson.Default.ThreadRow)!;
                row.Seq = (long)fields[2];
                return Name(row.Id) == name ? new StoredThread(row, IndexProblem(row, fields)) : new StoredDamage(name, "The row is another thread's.");
            case "message":
                return new StoredMessage(thread, JsonSerializer.Deserialize(text, RedisJson.Default.MessageRow)!);
            case "record":
                return new StoredRecord(thread, JsonSerializer.Deserialize(text, RedisJson.Default.JournalRecord)!);
            case "effect":
                var effect = JsonSerializer.Deserialize(text, RedisJson.Default.OutboxRow)!;
                effect.Id = (long)fields[1];
                return new StoredEffect(thread, effect);
            case "delivery":
                var (words, numbers) = (name.Split(':'), text.Split(':'));
                return new StoredDelivery(new ThreadId(Guid.ParseExact(words[0], "N")), words[1], Number(numbers[0]), Number(numbers[1]));
            case "spending":
                var spent = JsonSerializer.Deserialize(text, RedisJson.Default.SpentRow)!;
                return new StoredSpending(spent.Scope, spent.Amount);
            default:
                return new StoredReservation(name, JsonSerializer.Deserialize(text, RedisJson.Default.ReservationRow)!);
        }
    }

    private static string? IndexProblem(ThreadRow row, RedisValue[] fields) =>
        !Is(row.ClaimAt, fields[4]) || !Is(row.ClaimAt, fields[5]) ? "The index of what may be claimed differs from it."
        : !Is(row.OutboxAt, fields[6]) ? "The index of effects that are due differs from it."
        : !Is(row.LeaseUntil, fields[7]) ? "The index of leases differs from it."
        : null;

    private static bool Is(long? value, RedisValue score) => value is { } number ? score.HasValue && score.TryParse(out double at) && (long)at == number : !score.HasValue || score == "";

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static void Write(Utf8JsonWriter json, StoredRow row)
    {
        switch (row)
        {
            case StoredMessage { Thread: var thread, Row: var message }:
                WriteKind(json, "message", Name(thread), RedisRows.Write(message));
                json.WriteNumber("position", message.Position);
                json.WriteString("digest", Digest(message.MessageId));
                json.WriteBoolean("isPending", message.State == MessageState.Pending);
                break;
            case StoredRecord { Thread: var thread, Record: var record }:
                WriteKind(json, "record", Name(thread), RedisRows.Write(record));
                json.WriteNumber("position", record.Position);
                break;
            case StoredEffect { Thread: var thread, Row: var effect }:
                WriteKind(json, "effect", Name(thread), RedisRows.Write(effect));
                json.WriteString("effect", $"{effect.Id}");
                break;
            case StoredEffectDone done:
                WriteKind(json, "done", Name(done.Thread), "");
                json.WriteString("effect", $"{done.Id}");
                break;
            case StoredDelivery delivery:
                WriteKind(json, "delivery", $"{Name(delivery.Thread)}:{delivery.Digest}", $"{delivery.Position}:{delivery.At}");
                json.WriteNumber("forgetAt", delivery.At + StoreTime.Milliseconds(StoreTime.Retention));
                break;
            case StoredSpending spending:
                WriteKind(json, "spending", Digest(spending.Scope), RedisRows.Write(new SpentRow(spending.Scope, spending.Amount)));
                break;
            case StoredReservation { Digest: var digest, Row: var reservation }:
                WriteKind(json, "reservation", digest, RedisRows.Write(reservation));
                json.WriteNumber("forgetAt", reservation.ExpiresAt + StoreTime.Milliseconds(StoreTime.Retention));
                RedisChange.WriteArray(json, "scopes", reservation.Scopes.Select(Digest));
                break;
        }
    }

    private static void WriteKind(Utf8JsonWriter json, string kind, string id, string row)
    {
        json.WriteString("kind", kind);
        json.WriteString("id", id);
        json.WriteString("row", row);
    }
}
