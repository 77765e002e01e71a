using Drafthorse.Harness.Threads.Operations;

namespace Drafthorse.Harness.Threads.Archive;

/// <summary>What is done to a store as a whole.</summary>
internal static class ArchiveOperations
{
    public static bool Import(StoreTables tables, IReadOnlyList<StoredRow> rows)
    {
        foreach (var row in rows)
        {
            if (row is not StoredThread { Row: var thread })
                tables.Import(row);
            else if (tables.FindThread(thread.Id) is { } known)
                tables.Put(thread with { Seq = known.Seq });
            else
                tables.AddThread(thread with { Seq = 0 });
        }

        return true;
    }

    public static bool PutMark(StoreTables tables, string name, string value)
    {
        tables.PutMark(name, value);
        return true;
    }

    public static bool ExchangeMark(StoreTables tables, string name, string? expected, string? value)
    {
        if (tables.Mark(name) != expected)
            return false;
        tables.PutMark(name, value);
        return true;
    }
}
