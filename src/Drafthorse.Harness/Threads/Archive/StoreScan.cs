namespace Drafthorse.Harness.Threads.Archive;

/// <summary>A page of a store's rows, in an order of the store's own. While others write, a row may come twice.</summary>
/// <param name="Kind">Which rows.</param>
/// <param name="Thread">The thread whose messages, records or effects they are; null for the other kinds.</param>
/// <param name="After">Where the page before ended; null for the first page.</param>
/// <param name="Limit">About how many.</param>
internal sealed record StoreScan(ScanKind Kind, ThreadId? Thread = null, string? After = null, int Limit = 200);

internal enum ScanKind
{
    Threads,
    Messages,
    Records,
    Effects,
    Deliveries,
    Spending,
    Reservations,
}

/// <summary>Rows, and where the next page begins; null when this was the last one.</summary>
internal sealed record StoredPage(IReadOnlyList<StoredRow> Rows, string? Next)
{
    public static readonly StoredPage Empty = new([], null);
}
