using System.Text.Json;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Threads.Archive;
using Drafthorse.Harness.Threads.Operations;
using static Drafthorse.Harness.Redis.RedisRows;

namespace Drafthorse.Harness.Redis;

/// <summary>What an operation changed, with what it relied on, for the script that writes it.</summary>
internal static class RedisChange
{
    public static byte[] Write(LoadedTables tables, RedisLoad load, string operation, string? news) => RedisLoad.JsonText(json =>
    {
        var written = tables.Written;
        json.WriteString("op", operation);
        WriteChecks(json, tables, load);
        if (load.Claims is { } claims)
            json.WriteString("claims", claims);
        if (news is not null)
            json.WriteString("news", news);

        json.WriteStartArray("threads");
        foreach (var row in written.Threads.Values)
            WriteThread(json, row);
        json.WriteEndArray();

        if (tables.Subject is { } thread)
        {
            json.WriteString("thread", Name(thread));
            WriteOfThread(json, tables);
        }

        json.WriteStartArray("spent");
        foreach (var (scope, (amount, _)) in written.Spent)
            WriteStrings(json, Digest(scope), load.Spent.GetValueOrDefault(Digest(scope), ""), RedisRows.Write(new SpentRow(scope, amount)));
        json.WriteEndArray();
        if (written.Reservation is { } reservation)
            WriteReservation(json, reservation.Row, load.Reservation);
        json.WriteString("closed", tables.Marks.GetValueOrDefault(StoreClosure.Mark, ""));
        RedisArchive.WriteImported(json, written.Imported);
        if (written.Mark is var (name, value))
            WriteStringsAs(json, "mark", name, value ?? "");
    });

    // A thread that was read and is not there has no version; whoever makes it first wins.
    private static void WriteChecks(Utf8JsonWriter json, LoadedTables tables, RedisLoad load)
    {
        json.WriteStartArray("versions");
        foreach (var name in load.Versions.Keys.Union(tables.Written.Threads.Keys.Select(Name)))
            WriteStrings(json, name, load.Versions.GetValueOrDefault(name, ""));
        json.WriteEndArray();
    }

    private static void WriteThread(Utf8JsonWriter json, ThreadRow row)
    {
        json.WriteStartObject();
        json.WriteString("id", Name(row.Id));
        json.WriteString("row", RedisRows.Write(row));
        json.WriteString("user", Digest(row.User));
        json.WriteString("repository", RepositoryOf(row));
        json.WriteString("names", Names(row));
        json.WriteString("lane", Lane(row));
        json.WriteString("state", row.State.ToString());
        json.WriteNumber("depth", row.InboxDepth);
        json.WriteBoolean("isListed", row.InboxNext > 0);
        json.WriteNumber("updatedAt", row.UpdatedAt);
        if (row.Owner is { } owner)
            json.WriteString("owner", Digest(owner));
        WriteNumber(json, "claimAt", row.ClaimAt);
        WriteNumber(json, "outboxAt", row.OutboxAt);
        WriteNumber(json, "leaseUntil", row.LeaseUntil);
        json.WriteEndObject();
    }

    private static void WriteOfThread(Utf8JsonWriter json, LoadedTables tables)
    {
        var written = tables.Written;
        if (written.Delivery is { } delivery)
        {
            json.WriteStartArray("delivery");
            json.WriteStringValue(Digest(delivery.Id));
            json.WriteStringValue($"{delivery.Position}:{tables.Now}");
            json.WriteNumberValue(StoreTime.Milliseconds(StoreTime.Retention));
            json.WriteEndArray();
        }

        // A message that is new may have changed since: what counts is the last.
        var fresh = written.NewMessages.Select(row => row.Position).ToHashSet();
        json.WriteStartArray("messages");
        foreach (var row in written.NewMessages.Where(row => !written.Messages.ContainsKey(row.Position)).Concat(written.Messages.Values))
        {
            json.WriteStartObject();
            json.WriteNumber("position", row.Position);
            json.WriteString("digest", Digest(row.MessageId));
            json.WriteString("row", RedisRows.Write(row));
            json.WriteBoolean("isNew", fresh.Contains(row.Position));
            json.WriteBoolean("isPending", row.State == MessageState.Pending);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteArray(json, "journal", written.Journal.Select(RedisRows.Write));
        WriteArray(json, "newOutbox", written.NewOutbox.Select(RedisRows.Write));
        json.WriteStartArray("outbox");
        foreach (var row in written.Outbox.Values)
            WriteStrings(json, $"{row.Id}", RedisRows.Write(row));
        json.WriteEndArray();
        WriteArray(json, "deletedOutbox", written.DeletedOutbox.Select(id => $"{id}"));
    }

    private static void WriteReservation(Utf8JsonWriter json, ReservationRow row, string before)
    {
        json.WriteStartObject("reservation");
        json.WriteString("id", Digest(row.Id));
        json.WriteString("before", before);
        json.WriteString("row", RedisRows.Write(row));
        json.WriteNumber("forgetAt", row.ExpiresAt + StoreTime.Milliseconds(StoreTime.Retention));
        WriteArray(json, "scopes", row.Scopes.Select(Digest));
        json.WriteEndObject();
    }

    internal static void WriteArray(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static void WriteStringsAs(Utf8JsonWriter json, string name, params ReadOnlySpan<string> values)
    {
        json.WritePropertyName(name);
        WriteStrings(json, values);
    }

    private static void WriteStrings(Utf8JsonWriter json, params ReadOnlySpan<string> values)
    {
        json.WriteStartArray();
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, long? number)
    {
        if (number is { } value)
            json.WriteNumber(name, value);
    }
}
