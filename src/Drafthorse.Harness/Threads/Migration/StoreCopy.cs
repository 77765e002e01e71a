using System.Collections.Concurrent;
using Drafthorse.Harness.Threads.Archive;
using Drafthorse.Harness.Threads.Operations;

namespace Drafthorse.Harness.Threads.Migration;

/// <summary>Brings what one store has into another, row by row; what is there already is put over.</summary>
internal sealed class StoreCopy(ThreadStore from, ThreadStore to, Action<StoreCounts>? progress)
{
    // A store answers many at a time; more would only hold more rows in memory.
    private const int AtOnce = 8;

    // What is forgotten within the hour may be gone in one store and not yet in the other.
    private static readonly long Remembered = StoreTime.Milliseconds(StoreTime.Retention - TimeSpan.FromHours(1));

    private static readonly ScanKind[] OfStore = [ScanKind.Deliveries, ScanKind.Spending, ScanKind.Reservations];

    private readonly Lock _gate = new();
    private StoreCounts _counts;

    /// <summary>Copies everything while others write to the source. What they change meanwhile may come in part, and is put right by <see cref="FinishAsync"/>.</summary>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        await foreach (var page in StoredPages.ReadAsync(from, ScanKind.Threads, null, cancellationToken).ConfigureAwait(false))
            await EachAsync(page, async (row, token) => Count(await CopyThreadAsync(Thread(row), token).ConfigureAwait(false)), cancellationToken).ConfigureAwait(false);
        await CopyRestAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Copies what still differs, when nobody writes any more, and reads both stores to the end.</summary>
    /// <returns>What both have, and the SHA-256 over all of it.</returns>
    /// <exception cref="MigrationException">They differ all the same, or a row is damaged.</exception>
    public async Task<(StoreCounts Counts, string Digest)> FinishAsync(long now, CancellationToken cancellationToken)
    {
        var threads = new ConcurrentDictionary<ThreadId, string>();
        await foreach (var page in StoredPages.ReadAsync(from, ScanKind.Threads, null, cancellationToken).ConfigureAwait(false))
        {
            await EachAsync(
                page,
                async (row, token) =>
                {
                    if (threads.TryAdd(Thread(row).Row.Id, ""))
                        threads[Thread(row).Row.Id] = await SettleThreadAsync(Thread(row), token).ConfigureAwait(false);
                },
                cancellationToken).ConfigureAwait(false);
        }

        var there = new HashSet<ThreadId>();
        await foreach (var page in StoredPages.ReadAsync(to, ScanKind.Threads, null, cancellationToken).ConfigureAwait(false))
            there.UnionWith(page.Select(row => Thread(row).Row.Id));
        if (!there.SetEquals(threads.Keys))
            throw new MigrationException($"{from.Place} has {threads.Count} threads, and {there.Count} are in {to.Place}.");

        var counts = _counts;
        await CopyRestAsync(cancellationToken).ConfigureAwait(false);
        using var all = new ThreadDigest();
        foreach (var digest in threads.Values.Order(StringComparer.Ordinal))
            all.Add(new StoredSpending(digest, 0));
        foreach (var kind in OfStore)
        {
            var here = await DigestsAsync(from, kind, now - Remembered, cancellationToken).ConfigureAwait(false);
            if (!here.SetEquals(await DigestsAsync(to, kind, now - Remembered, cancellationToken).ConfigureAwait(false)))
                throw new MigrationException($"The {kind.ToString().ToLowerInvariant()} of {from.Place} and of {to.Place} differ.");
            counts += kind switch
            {
                ScanKind.Deliveries => new() { Deliveries = here.Count },
                ScanKind.Spending => new() { Scopes = here.Count },
                _ => new() { Reservations = here.Count },
            };
            foreach (var digest in here.Order(StringComparer.Ordinal))
                all.Add(new StoredSpending(digest, 0));
        }

        return (counts, all.Finish());
    }

    /// <summary>Whether a store has nothing at all.</summary>
    public static async Task<bool> IsEmptyAsync(ThreadStore store, CancellationToken cancellationToken)
    {
        foreach (var kind in (ScanKind[])[ScanKind.Threads, ScanKind.Spending, ScanKind.Reservations])
        {
            await foreach (var page in StoredPages.ReadAsync(store, kind, null, cancellationToken).ConfigureAwait(false))
            {
                if (page.Count > 0)
                    return false;
            }
        }

        return true;
    }

    /// <summary>Copies the thread if it differs, and returns its digest, which is the same in both.</summary>
    private async Task<string> SettleThreadAsync(StoredThread thread, CancellationToken cancellationToken)
    {
        var (expected, counts) = await DigestAsync(from, thread, cancellationToken).ConfigureAwait(false);
        if (await DigestThereAsync(thread.Row.Id, cancellationToken).ConfigureAwait(false) != expected)
        {
            await CopyThreadAsync(thread, cancellationToken).ConfigureAwait(false);
            if (await DigestThereAsync(thread.Row.Id, cancellationToken).ConfigureAwait(false) != expected)
                throw new MigrationException($"Thread {thread.Row.Id} ({thread.Row.Key}) was copied, and what {to.Place} gives back differs from what {from.Place} has.");
        }

        Count(counts + new StoreCounts { Threads = 1 });
        return expected;
    }

    private async Task<string?> DigestThereAsync(ThreadId id, CancellationToken cancellationToken) =>
        await to.FindRowAsync(id, cancellationToken).ConfigureAwait(false) is { } row ? (await DigestAsync(to, new StoredThread(row), cancellationToken).ConfigureAwait(false)).Digest : null;

    private static async Task<(string Digest, StoreCounts Counts)> DigestAsync(ThreadStore store, StoredThread thread, CancellationToken cancellationToken)
    {
        using var digest = new ThreadDigest();
        var counts = default(StoreCounts);
        digest.Add(thread);
        await foreach (var page in StoredPages.OfThreadAsync(store, thread.Row.Id, cancellationToken).ConfigureAwait(false))
        {
            ThrowIfDamaged(store, page, thread);
            counts += StoreCounts.Of(page);
            foreach (var row in page)
                digest.Add(row);
        }

        return (digest.Finish(), counts);
    }

    private async Task<StoreCounts> CopyThreadAsync(StoredThread thread, CancellationToken cancellationToken)
    {
        var id = thread.Row.Id;
        var effects = new HashSet<long>();
        await to.ImportAsync([thread], cancellationToken).ConfigureAwait(false);
        var counts = new StoreCounts { Threads = 1 };
        await foreach (var page in StoredPages.OfThreadAsync(from, id, cancellationToken).ConfigureAwait(false))
        {
            ThrowIfDamaged(from, page, thread);
            effects.UnionWith(page.OfType<StoredEffect>().Select(effect => effect.Row.Id));
            counts += StoreCounts.Of(page);

            // Those that are done go first: one of the same key may have come after.
            if (page.Any(row => row is StoredEffect))
                await RemoveEffectsAsync(id, effects, cancellationToken).ConfigureAwait(false);
            await to.ImportAsync(page, cancellationToken).ConfigureAwait(false);
        }

        await RemoveEffectsAsync(id, effects, cancellationToken).ConfigureAwait(false);
        return counts;
    }

    private async Task RemoveEffectsAsync(ThreadId id, HashSet<long> left, CancellationToken cancellationToken)
    {
        await foreach (var page in StoredPages.ReadAsync(to, ScanKind.Effects, id, cancellationToken).ConfigureAwait(false))
        {
            if (page.OfType<StoredEffect>().Where(effect => !left.Contains(effect.Row.Id)).Select(effect => new StoredEffectDone(id, effect.Row.Id)).ToList() is { Count: > 0 } done)
                await to.ImportAsync(done, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task CopyRestAsync(CancellationToken cancellationToken)
    {
        foreach (var kind in OfStore)
        {
            await foreach (var page in StoredPages.ReadAsync(from, kind, null, cancellationToken).ConfigureAwait(false))
            {
                ThrowIfDamaged(from, page, null);
                await to.ImportAsync(page, cancellationToken).ConfigureAwait(false);
                Count(StoreCounts.Of(page));
            }
        }
    }

    private static async Task<HashSet<string>> DigestsAsync(ThreadStore store, ScanKind kind, long since, CancellationToken cancellationToken)
    {
        var digests = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var page in StoredPages.ReadAsync(store, kind, null, cancellationToken).ConfigureAwait(false))
            digests.UnionWith(page.Where(row => row is StoredSpending || (row is StoredDelivery { At: var at } && at > since) || (row is StoredReservation { Row.ExpiresAt: var end } && end > since)).Select(ThreadDigest.Of));
        return digests;
    }

    private static Task EachAsync(IReadOnlyList<StoredRow> rows, Func<StoredRow, CancellationToken, Task> action, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(rows, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (row, token) => await action(row, token).ConfigureAwait(false));

    private static StoredThread Thread(StoredRow row) => row as StoredThread
        ?? throw new MigrationException($"Thread {(row as StoredDamage)?.Name} cannot be read: {(row as StoredDamage)?.Problem} See: drafthorse store check.");

    private static void ThrowIfDamaged(ThreadStore store, IReadOnlyList<StoredRow> rows, StoredThread? thread)
    {
        if (rows.OfType<StoredDamage>().FirstOrDefault() is { } damage)
            throw new MigrationException($"A row {damage.Name} {(thread is null ? "" : $"of thread {thread.Row.Id} ({thread.Row.Key}) ")}in {store.Place} cannot be read: {damage.Problem} See: drafthorse store check.");
    }

    private void Count(StoreCounts counts)
    {
        lock (_gate)
            _counts += counts;
        progress?.Invoke(_counts);
    }
}
