using System.Globalization;
using System.Text.Json;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Threads.Operations;
using StackExchange.Redis;
using static Drafthorse.Harness.Redis.RedisRows;

namespace Drafthorse.Harness.Redis;

/// <summary>What an operation reads, asked for in one round trip, and the versions of what came.</summary>
internal sealed class RedisLoad(LoadedTables tables)
{
    /// <summary>The threads' versions when they were read, by their names.</summary>
    public Dictionary<string, string> Versions { get; } = [];

    /// <summary>The number of claims when it was read, or null.</summary>
    public string? Claims { get; private set; }

    /// <summary>What was spent, as it was stored, by the scopes' digests.</summary>
    public Dictionary<string, string> Spent { get; } = [];

    /// <summary>The reservation as it was stored, or empty.</summary>
    public string Reservation { get; private set; } = "";

    /// <summary>Whether an earlier try of the operation was done after all.</summary>
    public bool IsDone { get; private set; }

    public static byte[] Ask(StoreReads reads, long? fixedNow, string? operation) => JsonText(json =>
    {
        if (fixedNow is { } now)
            json.WriteNumber("now", now);
        if (operation is not null)
            json.WriteString("op", operation);
        if (reads.Thread is { } thread)
            json.WriteString("thread", Name(thread));
        if (reads.Delivery is { } delivery)
            json.WriteString("delivery", Digest(delivery));
        if (reads.MessageId is { } message)
            json.WriteString("message", Digest(message));
        if (reads.Positions.Count > 0)
            WriteNumbers(json, "positions", reads.Positions);
        if (reads.Journal is { } journal)
            WriteNumbers(json, "journal", [journal.From, journal.Limit]);
        if (reads.Claimable is { } claim)
            WriteNumbers(json, "claim", [claim.MaxPerUser, claim.MaxPerRepository]);
        if (reads.Mark is { } mark)
            json.WriteString("mark", mark);
        if (reads.HeldBy is { } owner)
            json.WriteString("heldBy", Digest(owner));
        if (reads.Reservation is { } reservation)
            json.WriteString("reservation", Digest(reservation));
        if (reads.Reservation is not null || reads.Scopes.Count > 0)
        {
            json.WriteStartArray("scopes");
            foreach (var scope in reads.Scopes.Distinct())
                json.WriteStringValue(Digest(scope));
            json.WriteEndArray();
        }

        foreach (var (name, isAsked) in (ReadOnlySpan<(string, bool)>)
        [
            ("pending", reads.Pending), ("outbox", reads.Outbox && reads.Thread is not null), ("dueOutbox", reads.DueOutbox), ("running", reads.Running), ("nextDue", reads.NextDue),
            ("status", reads.Status),
        ])
        {
            if (isAsked)
                json.WriteBoolean(name, true);
        }

        if (reads.List is var (query, after))
            WriteList(json, query, after);
    });

    /// <summary>Fills the tables with the answer.</summary>
    public void Read(RedisResult answer)
    {
        Dictionary<string, int> users = [], repositories = [];
        var total = 0;
        var journal = new List<JournalRecord>();
        var page = new List<ThreadRow>();
        var outbox = new List<OutboxRow>();
        tables.Journal = journal;
        foreach (var row in (RedisResult[])answer!)
        {
            var fields = (RedisValue[])row!;
            switch ((string)fields[0]!)
            {
                case "now":
                    tables.Now = (long)fields[1];
                    break;
                case "done":
                    IsDone = true;
                    break;
                case "thread":
                    page.Add(ReadThread(fields));
                    break;
                case "delivery":
                    var known = ((string)fields[1]!).Split(':');
                    tables.Delivery = (long.Parse(known[0], CultureInfo.InvariantCulture), long.Parse(known[1], CultureInfo.InvariantCulture));
                    break;
                case "message":
                    tables.Load(JsonSerializer.Deserialize((string)fields[1]!, RedisJson.Default.MessageRow)!);
                    break;
                case "outbox":
                    var entry = JsonSerializer.Deserialize((string)fields[2]!, RedisJson.Default.OutboxRow)!;
                    entry.Id = (long)fields[1];
                    outbox.Add(entry);
                    break;
                case "journal":
                    journal.Add(JsonSerializer.Deserialize((string)fields[1]!, RedisJson.Default.JournalRecord)!);
                    break;
                case "running":
                    var names = JsonSerializer.Deserialize((string)fields[1]!, RedisJson.Default.NamesRow)!;
                    total++;
                    users[names.User] = users.GetValueOrDefault(names.User) + 1;
                    if (names.Repository.Length > 0)
                        repositories[names.Repository] = repositories.GetValueOrDefault(names.Repository) + 1;
                    break;
                case "claims":
                    Claims = fields[1];
                    break;
                case "reservation":
                    Reservation = fields[1]!;
                    tables.Reservation = JsonSerializer.Deserialize(Reservation, RedisJson.Default.ReservationRow)! with { Id = tables.Reads.Reservation! };
                    break;
                case "mark":
                    tables.Marks[fields[1]!] = fields[2]!;
                    break;
                case "spent":
                    Spent[fields[1]!] = fields[2]!;
                    var spent = JsonSerializer.Deserialize((string)fields[2]!, RedisJson.Default.SpentRow)!;
                    tables.Load(spent.Scope, spent.Amount);
                    break;
                case "due":
                    tables.Due = (long)fields[1];
                    break;
                case "status":
                    tables.Counts = new StoreStatus((int)fields[1], TimeSpan.FromMilliseconds((long)fields[2]), (int)fields[3], (int)fields[4], (int)fields[5]);
                    break;
            }
        }

        foreach (var entry in outbox.OrderBy(entry => entry.Id))
            tables.Load(entry);
        if (tables.Reads.Running || tables.Reads.Claimable is not null)
            tables.Running = new RunningThreads(total, users, repositories);
        if ((tables.Reads.Claimable is not null || tables.Reads.DueOutbox) && page is [var candidate, ..])
            tables.LoadCandidate(candidate);
        if (tables.Reads.List is var (query, _))
            tables.Page = ([.. page.Take(query.Limit)], page.Count > query.Limit);
    }

    public static byte[] JsonText(Action<Utf8JsonWriter> write)
    {
        var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private ThreadRow ReadThread(RedisValue[] fields)
    {
        var row = JsonSerializer.Deserialize((string)fields[4]!, RedisJson.Default.ThreadRow)!;
        row.Seq = (long)fields[3];
        Versions[fields[1]!] = fields[2]!;
        tables.Load(row);
        return row;
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, IReadOnlyList<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }

    private static void WriteList(Utf8JsonWriter json, ThreadQuery query, ListCursor? after)
    {
        json.WriteStartObject("list");
        json.WriteNumber("limit", query.Limit + 1);
        if (query.User is { } user)
            json.WriteString("user", Digest(user));
        if (query.Repository is { } repository)
            json.WriteString("repository", Digest(repository.ToLowerInvariant()));
        if (query.State is { } state)
            json.WriteString("state", state.ToString());
        if (after is { } cursor)
        {
            json.WriteNumber("at", cursor.UpdatedAt);
            json.WriteString("seq", cursor.Seq.ToString("D16", CultureInfo.InvariantCulture));
        }

        json.WriteEndObject();
    }
}
