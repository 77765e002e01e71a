using Drafthorse.Harness.Threads.Archive;

namespace Drafthorse.Harness.Threads.Checks;

/// <summary>A row that is not as it must be.</summary>
/// <param name="Thread">The thread's id; null = the row is no thread's, or it is not known whose.</param>
/// <param name="Key">The thread's key, where it is known.</param>
/// <param name="Kind">What the row is: thread, message, journal, effect, delivery, budget, reservation.</param>
/// <param name="Position">Which one; null for a thread.</param>
/// <param name="Problem">What is wrong.</param>
internal sealed record StoreFinding(string? Thread, string? Key, string Kind, string? Position, string Problem)
{
    public override string ToString() =>
        $"{(Thread is null ? "" : $"thread {Thread}{(Key is null ? "" : $" ({Key})")}: ")}{(Kind == "thread" ? "" : $"{Kind} {Position}: ")}{Problem}";
}

/// <summary>What a check saw.</summary>
/// <param name="Counts">How much was read.</param>
/// <param name="Findings">The first findings.</param>
/// <param name="Total">How many there are in all.</param>
internal sealed record StoreReport(StoreCounts Counts, IReadOnlyList<StoreFinding> Findings, int Total);
