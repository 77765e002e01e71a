using Drafthorse.Harness.Threads.Archive;

namespace Drafthorse.Harness.Threads.Checks;

/// <summary>Reads every row of a store, also while others work on it, and says which are not as they must be.</summary>
internal sealed class StoreCheck(ThreadStore store, Action<StoreCounts>? progress = null)
{
    private const int MostFindings = 1000;

    // A thread that others write to is read again; one that changes each time is judged by the last look.
    private const int Looks = 5;

    private readonly List<StoreFinding> _findings = [];
    private readonly HashSet<ThreadId> _threads = [];
    private StoreCounts _counts;
    private int _total;

    /// <exception cref="ThreadStoreException">The store cannot be read.</exception>
    public async Task<StoreReport> RunAsync(CancellationToken cancellationToken)
    {
        await foreach (var page in StoredPages.ReadAsync(store, ScanKind.Threads, null, cancellationToken).ConfigureAwait(false))
        {
            foreach (var row in page)
                await CheckThreadAsync(row, cancellationToken).ConfigureAwait(false);
        }

        foreach (var kind in (ScanKind[])[ScanKind.Deliveries, ScanKind.Spending, ScanKind.Reservations])
        {
            await foreach (var page in StoredPages.ReadAsync(store, kind, null, cancellationToken).ConfigureAwait(false))
            {
                Count(StoreCounts.Of(page));
                foreach (var row in page)
                    await CheckAsync(row, kind, cancellationToken).ConfigureAwait(false);
            }
        }

        return new StoreReport(_counts, _findings, _total);
    }

    private async Task CheckThreadAsync(StoredRow row, CancellationToken cancellationToken)
    {
        if (row is not StoredThread thread)
        {
            if (row is not StoredDamage damage)
                return;
            if (Guid.TryParse(damage.Name, out var id))
                _threads.Add(new ThreadId(id));
            Note(new StoreFinding(damage.Name, null, "thread", null, $"It cannot be read: {damage.Problem}"));
            return;
        }

        if (!_threads.Add(thread.Row.Id))
            return;

        for (var look = 1; ; look++)
        {
            var (findings, counts) = await LookAsync(thread, cancellationToken).ConfigureAwait(false);
            if (findings.Count > 0 && look < Looks
                && await store.FindRowAsync(thread.Row.Id, cancellationToken).ConfigureAwait(false) is { } now && now != thread.Row)
            {
                thread = new StoredThread(now);
                continue;
            }

            foreach (var finding in findings)
                Note(finding);
            Count(counts + new StoreCounts { Threads = 1 });
            return;
        }
    }

    private async Task<(IReadOnlyList<StoreFinding> Findings, StoreCounts Counts)> LookAsync(StoredThread thread, CancellationToken cancellationToken)
    {
        var check = new ThreadCheck(thread);
        var counts = default(StoreCounts);
        foreach (var kind in (ScanKind[])[ScanKind.Messages, ScanKind.Records, ScanKind.Effects])
        {
            await foreach (var page in StoredPages.ReadAsync(store, kind, thread.Row.Id, cancellationToken).ConfigureAwait(false))
            {
                counts += StoreCounts.Of(page);
                foreach (var row in page)
                    check.Add(row, kind);
            }
        }

        return (check.Finish(), counts);
    }

    private async Task CheckAsync(StoredRow row, ScanKind kind, CancellationToken cancellationToken)
    {
        switch (row)
        {
            case StoredDelivery delivery:
                if (!_threads.Contains(delivery.Thread) && await store.FindRowAsync(delivery.Thread, cancellationToken).ConfigureAwait(false) is null)
                    Note(new StoreFinding(delivery.Thread.ToString(), null, "delivery", delivery.Digest, "Its thread is not there."));
                else if (delivery is not { Position: >= -1, At: > 0, Digest.Length: 64 })
                    Note(new StoreFinding(delivery.Thread.ToString(), null, "delivery", delivery.Digest, "It has no position, no time or no digest."));
                break;
            case StoredSpending { Amount: < 0 } spending:
                Note(new StoreFinding(null, null, "budget", spending.Scope, $"{spending.Amount} is spent, which is below zero."));
                break;
            case StoredReservation { Row: { Amount: < 0 } or { Scopes: null } } reservation:
                Note(new StoreFinding(null, null, "reservation", reservation.Digest, "Its amount is below zero, or it is in no budget."));
                break;
            case StoredDamage damage:
                Note(new StoreFinding(null, null, kind switch { ScanKind.Deliveries => "delivery", ScanKind.Spending => "budget", _ => "reservation" }, damage.Name, $"It cannot be read: {damage.Problem}"));
                break;
        }
    }

    private void Count(StoreCounts counts)
    {
        _counts += counts;
        progress?.Invoke(_counts);
    }

    private void Note(StoreFinding finding)
    {
        _total++;
        if (_findings.Count < MostFindings)
            _findings.Add(finding);
    }
}
