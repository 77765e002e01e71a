using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Drafthorse.Harness.Threads.Archive;
using Drafthorse.Harness.Threads.Operations;

namespace Drafthorse.Harness.Threads.Checks;

/// <summary>What must hold of one thread's rows. It is shown the messages, the records and the effects, each kind in its order.</summary>
internal sealed class ThreadCheck
{
    private const int HashLength = 32;

    private readonly ThreadRow _row;
    private readonly List<StoreFinding> _findings = [];
    private readonly HashSet<string> _effects = new(StringComparer.Ordinal);
    private long _nextMessage;
    private long _nextRecord;
    private long _token;
    private int _pending;
    private long? _firstReady;
    private long? _firstDue;
    private bool _isEntrySeen;

    public ThreadCheck(StoredThread thread)
    {
        _row = thread.Row;
        if (thread.IndexProblem is { } problem)
            Note(problem);
        CheckRow();
    }

    public void Add(StoredRow row, ScanKind kind)
    {
        switch (row)
        {
            case StoredMessage { Row: var message }:
                Check(message);
                break;
            case StoredRecord { Record: var record }:
                Check(record);
                break;
            case StoredEffect { Row: var effect }:
                Check(effect);
                break;
            case StoredDamage damage:
                Skip(damage, kind);
                break;
        }
    }

    public IReadOnlyList<StoreFinding> Finish()
    {
        Require(_nextMessage == _row.InboxNext, $"It has had {_row.InboxNext} messages, and the last one there is at {_nextMessage - 1}.");
        Require(_nextRecord == _row.JournalLength, $"Its journal has {_row.JournalLength} records, and the last one there is at {_nextRecord - 1}.");
        Require(_pending == _row.InboxDepth, $"Its inbox has {_row.InboxDepth} messages, and {_pending} are there.");
        Require(_row.OutboxEntry is null || _isEntrySeen, $"The effect {_row.OutboxEntry} that is carried out is not there.");

        // Who looks for work finds threads by these two: with a wrong one, what was accepted waits for ever.
        var ready = _row.State == ThreadStatus.Parked ? null : StoreTime.Earlier(_row.WakeAt, _firstReady);
        Require(_row.ClaimAt == (_row.IsClaimedByName ? null : _row.Owner is null ? ready : _row.LeaseUntil), "The time from which on it may be claimed does not fit its messages.");
        Require(_row.OutboxAt == (_row.OutboxUntil ?? _firstDue), "The time from which on its effects may be carried out does not fit them.");
        return _findings;
    }

    private void CheckRow()
    {
        Require(_row.Id == ThreadId.FromKey(_row.Key), "Its id is not its key's.");
        Require(Parses(_row.OriginJson, JournalJson.Default.ThreadOrigin), "Its origin cannot be read.");
        Require(_row.FactsJson is null || Parses(_row.FactsJson, JournalJson.Default.ThreadFacts), "Its facts cannot be read.");
        Require(_row.PullRequestJson is null || Parses(_row.PullRequestJson, StoreJson.Default.PullRequestRef), "Its pull request cannot be read.");
        Require(
            _row is { JournalLength: >= 0, InboxNext: >= 0, InboxDepth: >= 0, Token: >= 0, OutboxToken: >= 0, Takeovers: >= 0, CommitSequence: >= 0, CommitPosition: >= 0, InboxAtClaim: >= 0, CancelledUpTo: >= -1 },
            "A count of it is below zero.");
        Require(_row.CommitPosition <= _row.JournalLength && _row.InboxAtClaim <= _row.InboxNext && _row.CancelledUpTo < Math.Max(_row.InboxNext, 1), "It names positions that its journal and its inbox do not have.");
        Require(_row.Owner is null == _row.LeaseUntil is null, "It has an owner without a lease, or a lease without an owner.");
        Require(_row.State != ThreadStatus.Running || _row.Owner is not null, "It runs without an owner.");
        Require(_row.OutboxEntry is null == _row.OutboxUntil is null, "An effect is carried out without a lease, or there is a lease without an effect.");
    }

    private void Check(MessageRow message)
    {
        if (message.Position != _nextMessage)
            Note("message", message.Position, $"The messages from {_nextMessage} on are missing.");
        _nextMessage = message.Position + 1;
        if (message.State == MessageState.Pending)
        {
            _pending++;
            _firstReady = StoreTime.Earlier(_firstReady, message.ReadyAt);
        }

        if (message.State == MessageState.Pending != message.Body is not null)
            Note("message", message.Position, message.Body is null ? "It waits and has no text." : "It has a text though it does not wait.");
        else if (message.Body is not null && !Parses(message.Body, JournalJson.Default.InboxMessage))
            Note("message", message.Position, "Its text cannot be read.");
        else if (message.TextHash is not { Length: HashLength } || !Enum.IsDefined(message.State) || message.MessageId is null)
            Note("message", message.Position, "It has no state, no name or no hash.");
    }

    private void Check(JournalRecord record)
    {
        if (record.Position != _nextRecord)
            Note("journal", record.Position, $"The records from {_nextRecord} on are missing.");
        _nextRecord = record.Position + 1;
        if (record.Kind is null || record.Data is null || !IsObject(record.Data) || JournalEvents.IsUnreadable(record))
        {
            Note("journal", record.Position, $"The record ({record.Kind}) cannot be read.");
        }
        else if (record.Event is RunStarted { Token: var token })
        {
            if (token < _token || token > _row.Token)
                Note("journal", record.Position, $"The run's token {token} is not between the run's before it ({_token}) and the thread's ({_row.Token}).");
            _token = Math.Max(_token, token);
        }
    }

    private void Check(OutboxRow effect)
    {
        _firstDue = StoreTime.Earlier(_firstDue, effect.DueAt);
        _isEntrySeen |= effect.Id == _row.OutboxEntry;
        if (effect.Key is null || effect.Kind is null || effect.Payload is null || effect is not { Attempts: >= 0, Revision: >= 0, Id: > 0 })
            Note("effect", effect.Id, "A part of it is missing, or a count of it is below zero.");
        else if (!_effects.Add(effect.Key))
            Note("effect", effect.Id, "There is another one with the same key.");
    }

    // What follows the damaged row is checked as if it were whole.
    private void Skip(StoredDamage damage, ScanKind kind)
    {
        var position = long.TryParse(damage.Name, out var number) ? number : -1;
        if (kind == ScanKind.Messages)
            _nextMessage = Math.Max(_nextMessage, position + 1);
        else if (kind == ScanKind.Records)
            _nextRecord = Math.Max(_nextRecord, position + 1);
        Note(kind switch { ScanKind.Messages => "message", ScanKind.Records => "journal", _ => "effect" }, position, $"It cannot be read: {damage.Problem}");
    }

    private static bool Parses<T>(string? json, JsonTypeInfo<T> type)
    {
        try
        {
            return json is not null && JsonSerializer.Deserialize(json, type) is not null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private static bool IsObject(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private void Require(bool holds, string problem)
    {
        if (!holds)
            Note(problem);
    }

    private void Note(string problem) => _findings.Add(new StoreFinding(_row.Id.ToString(), _row.Key, "thread", null, problem));

    private void Note(string kind, long position, string problem) => _findings.Add(new StoreFinding(_row.Id.ToString(), _row.Key, kind, $"{position}", problem));
}
