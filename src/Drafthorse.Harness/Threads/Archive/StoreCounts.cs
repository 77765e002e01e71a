namespace Drafthorse.Harness.Threads.Archive;

/// <summary>How many rows of each kind.</summary>
internal readonly record struct StoreCounts(long Threads, long Messages, long Records, long Effects, long Deliveries, long Scopes, long Reservations)
{
    public static StoreCounts operator +(StoreCounts left, StoreCounts right) => new(
        left.Threads + right.Threads, left.Messages + right.Messages, left.Records + right.Records, left.Effects + right.Effects,
        left.Deliveries + right.Deliveries, left.Scopes + right.Scopes, left.Reservations + right.Reservations);

    public static StoreCounts Of(IEnumerable<StoredRow> rows)
    {
        var counts = default(StoreCounts);
        foreach (var row in rows)
        {
            counts += row switch
            {
                StoredThread => new() { Threads = 1 },
                StoredMessage => new() { Messages = 1 },
                StoredRecord => new() { Records = 1 },
                StoredEffect => new() { Effects = 1 },
                StoredDelivery => new() { Deliveries = 1 },
                StoredSpending => new() { Scopes = 1 },
                StoredReservation => new() { Reservations = 1 },
                _ => default,
            };
        }

        return counts;
    }

    public override string ToString() =>
        $"{Threads} threads, {Messages} messages, {Records} journal records, {Effects} effects, {Deliveries} deliveries, {Scopes} budgets, {Reservations} reservations";
}
