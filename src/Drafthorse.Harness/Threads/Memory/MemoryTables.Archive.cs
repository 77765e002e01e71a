using System.Globalization;
using Drafthorse.Harness.Threads.Archive;
using Drafthorse.Harness.Threads.Operations;

namespace Drafthorse.Harness.Threads;

/// <summary>The store as a whole. All rows of a kind are one page: they are in memory anyway.</summary>
internal sealed partial class MemoryTables
{
    private readonly Dictionary<string, string> _marks = [];

    public override StoredPage Scan(StoreScan scan)
    {
        var content = scan.Thread is { } id && _threads.TryGetValue(id, out var row) ? _contents[row.Seq] : new ThreadContent();
        var thread = scan.Thread ?? default;
        return new StoredPage(
            scan.Kind switch
            {
                ScanKind.Threads => [.. _threads.Values.OrderBy(thread => thread.Seq).Select(thread => new StoredThread(thread with { }))],
                ScanKind.Messages => [.. content.Messages.Values.OrderBy(message => message.Position).Select(message => new StoredMessage(thread, message with { }))],
                ScanKind.Records => [.. content.Journal.Select(record => new StoredRecord(thread, record))],
                ScanKind.Effects => [.. content.Outbox.Select(effect => new StoredEffect(thread, effect with { }))],
                ScanKind.Deliveries => [.. _deliveries.Select(delivery => new StoredDelivery(IdOf(delivery.Key.Thread), StoreDigests.OfStored(delivery.Key.Id), delivery.Value.Position, delivery.Value.At))],
                ScanKind.Spending => [.. _spent.Select(spent => new StoredSpending(spent.Key, spent.Value))],
                ScanKind.Reservations => [.. _reservations.Select(reservation => new StoredReservation(StoreDigests.OfStored(reservation.Key), reservation.Value with { }))],
                _ => throw new ArgumentOutOfRangeException(nameof(scan)),
            },
            null);
    }

    public override void Import(StoredRow row)
    {
        switch (row)
        {
            case StoredMessage message:
                Put(message.Row with { Thread = _threads[message.Thread].Seq });
                break;
            case StoredRecord record when Content(_threads[record.Thread].Seq).Journal is var journal && record.Record.Position == journal.Count:
                journal.Add(record.Record);
                break;
            case StoredEffect effect:
                var outbox = Content(_threads[effect.Thread].Seq).Outbox;
                outbox.RemoveAll(known => known.Id == effect.Row.Id);
                outbox.Add(effect.Row with { Thread = _threads[effect.Thread].Seq });
                _outboxId = Math.Max(_outboxId, effect.Row.Id);
                break;
            case StoredEffectDone done:
                Content(_threads[done.Thread].Seq).Outbox.RemoveAll(known => known.Id == done.Id);
                break;
            case StoredDelivery delivery:
                _deliveries[(_threads[delivery.Thread].Seq, StoreDigests.NameFor(delivery.Digest))] = (delivery.Position, delivery.At);
                break;
            case StoredSpending spending:
                _spent[spending.Scope] = spending.Amount;
                break;
            case StoredReservation reservation:
                _reservations[StoreDigests.NameFor(reservation.Digest)] = reservation.Row with { };
                break;
        }
    }

    public override string? Mark(string name) => _marks.GetValueOrDefault(name);

    public override void PutMark(string name, string? value)
    {
        if (value is null)
            _marks.Remove(name);
        else
            _marks[name] = value;
    }

    private string ReservationKey(string id) =>
        StoreDigests.NameFor(StoreDigests.Of(id)) is var imported && _reservations.ContainsKey(imported) ? imported : StoreDigests.Stored(id);

    private ThreadId IdOf(long seq) => _threads.Values.First(row => row.Seq == seq).Id;
}
