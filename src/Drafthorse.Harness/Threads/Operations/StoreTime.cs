namespace Drafthorse.Harness.Threads.Operations;

/// <summary>Stored times: Unix milliseconds.</summary>
internal static class StoreTime
{
    /// <summary>How long delivery ids and finished reservations are remembered.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromDays(30);

    public static long Now(TimeProvider timeProvider) => timeProvider.GetUtcNow().ToUnixTimeMilliseconds();

    public static DateTimeOffset ToDate(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    public static DateTimeOffset? ToDate(long? milliseconds) => milliseconds is { } value ? ToDate(value) : null;

    public static long Milliseconds(TimeSpan time) => (long)Math.Ceiling(time.TotalMilliseconds);

    public static long? Earlier(long? left, long? right) => left is null ? right : right is null ? left : Math.Min(left.Value, right.Value);
}
