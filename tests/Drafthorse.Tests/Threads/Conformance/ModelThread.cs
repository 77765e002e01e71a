using Drafthorse.Harness.Threads;

namespace Drafthorse.Tests.Threads.Conformance;

/// <summary>What a thread must look like, kept in the plainest way.</summary>
internal sealed class ModelThread(string key, string user, string repository)
{
    public string Key { get; } = key;

    public string User { get; } = user;

    public string Repository { get; } = repository;

    public ThreadId Id => ThreadId.FromKey(Key);

    public HashSet<string> Deliveries { get; } = [];

    /// <summary>Every message by position; never removed.</summary>
    public List<ModelMessage> Messages { get; } = [];

    public List<string> Journal { get; } = [];

    public Dictionary<string, ModelEffect> Outbox { get; } = [];

    public long Token { get; set; }

    public string? Owner { get; set; }

    public DateTimeOffset LeaseUntil { get; set; }

    public long Sequence { get; set; }

    public long InboxAtClaim { get; set; }

    public DateTimeOffset? WakeAt { get; set; }

    public bool Parked { get; set; }

    /// <summary>Whether it is parked again when all that came since is withdrawn.</summary>
    public bool RestsParked { get; set; }

    public long CancelledUpTo { get; set; } = -1;

    public long DispatchToken { get; set; }

    public ModelEffect? InFlight { get; set; }

    public DateTimeOffset DispatchUntil { get; set; }

    public IEnumerable<ModelMessage> Pending => Messages.Where(message => message.Fate == Fate.Pending);

    public bool IsRunning(DateTimeOffset now) => Owner is not null && LeaseUntil > now;

    public bool IsClaimable(DateTimeOffset now) => Owner is not null
        ? LeaseUntil <= now
        : !Parked && (WakeAt <= now || Pending.Any(message => message.ReadyAt <= now));

    public bool HasDueEffect(DateTimeOffset now) =>
        (InFlight is null || DispatchUntil <= now) && Outbox.Values.Any(effect => effect.DueAt <= now);

    public bool Holds(Lease lease) => Owner == lease.Owner && Token == lease.Token;
}

internal enum Fate
{
    Pending,
    Consumed,
    Removed,
}

internal sealed class ModelMessage(string id, long version, string text, DateTimeOffset readyAt)
{
    public string Id { get; } = id;

    public long Version { get; set; } = version;

    public string Text { get; } = text;

    public DateTimeOffset ReadyAt { get; } = readyAt;

    public Fate Fate { get; set; }
}

internal sealed class ModelEffect(string key, string payload, DateTimeOffset dueAt)
{
    public string Key { get; } = key;

    public string Payload { get; set; } = payload;

    public DateTimeOffset DueAt { get; set; } = dueAt;

    public int Attempts { get; set; }

    public bool ReplacedInFlight { get; set; }
}
