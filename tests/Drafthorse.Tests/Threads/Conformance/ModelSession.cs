using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Threads.Checks;
using Microsoft.Extensions.Time.Testing;

namespace Drafthorse.Tests.Threads.Conformance;

/// <summary>One random run: does each step to the store and to the model, and compares.</summary>
internal sealed class ModelSession : IAsyncDisposable
{
    private const int MaxPerUser = 2;
    private static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(30);
    private static readonly CancellationToken Ct = CancellationToken.None;

    private readonly StoreHost _host;
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 9, 0, 0, TimeSpan.Zero));
    private readonly List<ModelThread> _threads =
    [
        new("a:1", "ann", "o/one"), new("a:2", "ann", "o/two"), new("a:3", "ann", "o/one"), new("b:1", "bob", "o/one"), new("b:2", "bob", ""),
    ];

    private readonly List<Lease> _leases = [];
    private readonly List<OutboxEntry> _entries = [];
    private readonly Dictionary<string, decimal> _spent = [];
    private readonly Dictionary<string, (decimal Amount, string Scope, DateTimeOffset Until, bool Settled)> _reservations = [];
    private IThreadStore _store;
    private int _number;

    public ModelSession(StoreHost host)
    {
        _host = host;
        _store = host.Open(_time);
    }

    private DateTimeOffset Now => _time.GetUtcNow();

    public async Task StepAsync(int step)
    {
        var argument = step / 20;
        var thread = _threads[argument % _threads.Count];
        var choice = argument / _threads.Count;
        await ((step % 20) switch
        {
            0 or 1 or 2 => EnqueueAsync(thread, $"m{_number}", 1, $"text {_number++}", choice % 4 == 0),
            3 => EditAsync(thread, choice),
            4 => RedeliverAsync(thread, choice),
            5 => WithdrawAsync(thread, choice),
            6 => CancelAsync(thread, choice),
            7 or 8 => ClaimAsync(thread, choice),
            9 => RenewAsync(choice),
            10 or 11 or 12 => CommitAsync(choice),
            13 => ReleaseAsync(choice),
            14 => AdvanceAsync(choice),
            15 => ClaimEffectAsync(),
            16 => CompleteEffectAsync(choice),
            17 => ReserveAsync(choice),
            18 => SettleAsync(choice),
            _ => ReopenAsync(choice),
        });
        await CompareAsync(thread);
    }

    /// <summary>Works everything off: nothing that was accepted may be left behind or come twice.</summary>
    public async Task FinishAsync()
    {
        Assert.Empty((await new StoreCheck((ThreadStore)_store).RunAsync(Ct)).Findings);
        _time.Advance(TimeSpan.FromDays(1));
        foreach (var thread in _threads.Where(thread => thread.Parked))
        {
            await EnqueueAsync(thread, $"m{_number}", 1, $"text {_number++}", later: false);
        }

        while (await _store.ClaimAsync(new ClaimRequest { Owner = "last", LeaseTime = LeaseTime }, Ct) is { } claim)
        {
            var thread = _threads.Single(candidate => candidate.Id == claim.Lease.ThreadId);
            Adopt(thread, claim);
            var inbox = await _store.ReadInboxAsync(thread.Id, Ct);
            await _store.CommitAsync(
                new CommitRequest { Lease = claim.Lease, Sequence = 1, Consumed = [.. inbox.Select(entry => entry.Position)] }, Ct);
            foreach (var entry in inbox)
            {
                Assert.Equal(Fate.Pending, thread.Messages[(int)entry.Position].Fate);
                thread.Messages[(int)entry.Position].Fate = Fate.Consumed;
            }

            thread.Sequence = 1;
            await _store.ReleaseAsync(new ReleaseRequest { Lease = claim.Lease, State = ThreadStatus.Done }, Ct);
            thread.Owner = null;
        }

        Assert.All(_threads, thread => Assert.Empty(thread.Pending));
        foreach (var thread in _threads)
        {
            await CompareAsync(thread);
        }
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private async Task EnqueueAsync(ModelThread thread, string id, long version, string text, bool later)
    {
        DateTimeOffset? notBefore = later ? Now.AddSeconds(10) : null;
        var delivery = $"d{_number++}";
        var effect = version == 1 && _number % 3 == 0 ? $"ack:{id}" : null;
        var result = await _store.EnqueueAsync(Request(thread, delivery, id, version, text, notBefore, effect), Ct);

        thread.Deliveries.Add(delivery);
        var known = thread.Messages.FindLast(message => message.Id == id);
        if (known is not null && (version <= known.Version || text == known.Text))
        {
            known.Version = Math.Max(version, known.Version);
            Assert.Equal(EnqueueOutcome.Duplicate, result.Outcome);
            return;
        }

        var replaces = known is { Fate: Fate.Pending };
        if (replaces)
        {
            known!.Fate = Fate.Removed;
        }

        Assert.Equal((replaces ? EnqueueOutcome.Replaced : EnqueueOutcome.Added, thread.Messages.Count), (result.Outcome, (int)result.InboxPosition));
        thread.Messages.Add(new ModelMessage(id, version, text, notBefore ?? Now));
        thread.Parked = thread.Parked && thread.Owner is not null;
        if (effect is not null)
        {
            thread.Outbox[effect] = new ModelEffect(effect, effect, Now);
        }
    }

    private Task EditAsync(ModelThread thread, int choice)
    {
        if (thread.Messages.Count == 0)
        {
            return Task.CompletedTask;
        }

        var message = thread.Messages[choice % thread.Messages.Count];
        var newer = choice / 8 % 3;
        return EnqueueAsync(thread, message.Id, message.Version + newer, choice / 24 % 3 == 0 ? message.Text : $"text {_number++}", later: false);
    }

    private async Task RedeliverAsync(ModelThread thread, int choice)
    {
        if (thread.Deliveries.Count > 0)
        {
            var delivery = thread.Deliveries.ElementAt(choice % thread.Deliveries.Count);
            var result = await _store.EnqueueAsync(Request(thread, delivery, $"m{_number++}", 9, "again", null, "again"), Ct);
            Assert.Equal(EnqueueOutcome.Duplicate, result.Outcome);
        }
    }

    private async Task WithdrawAsync(ModelThread thread, int choice)
    {
        var id = thread.Messages.Count == 0 ? "none" : thread.Messages[choice % thread.Messages.Count].Id;
        var message = thread.Messages.FindLast(candidate => candidate.Id == id);
        var expected = message is { Fate: Fate.Pending };

        Assert.Equal(expected, await _store.WithdrawAsync(thread.Id, id, Ct));

        if (expected)
        {
            message!.Fate = Fate.Removed;
            thread.Parked |= thread.RestsParked && thread.Owner is null && !thread.Pending.Any();
        }
    }

    private async Task CancelAsync(ModelThread thread, int choice)
    {
        var upTo = choice % 3 == 0 ? long.MaxValue : choice % (thread.Messages.Count + 1);
        var cancelled = await _store.CancelAsync(thread.Id, upTo, [], Ct);

        upTo = Math.Min(upTo, thread.Messages.Count - 1);
        var removed = thread.Messages.Take((int)upTo + 1).Where(message => message.Fate == Fate.Pending).ToList();
        Assert.True(cancelled || removed.Count == 0);
        if (!cancelled)
        {
            return;
        }

        removed.ForEach(message => message.Fate = Fate.Removed);
        thread.CancelledUpTo = Math.Max(thread.CancelledUpTo, upTo);
        if (thread.Owner is null || (thread.LeaseUntil <= Now && !thread.Pending.Any()))
        {
            thread.Owner = null;
            thread.WakeAt = null;
            thread.RestsParked = false;
            thread.Parked = thread.Parked && thread.Pending.Any();
        }
    }

    private async Task ClaimAsync(ModelThread only, int choice)
    {
        var request = new ClaimRequest
        {
            Owner = choice % 2 == 0 ? "one" : "two",
            LeaseTime = LeaseTime,
            MaxPerUser = MaxPerUser,
            Only = choice % 5 == 0 ? only.Id : null,
        };
        var running = _threads.Where(thread => thread.IsRunning(Now)).ToList();
        int User(ModelThread thread) => running.Count(other => other.User == thread.User);
        int Repository(ModelThread thread) => running.Count(other => thread.Repository.Length > 0 && other.Repository == thread.Repository);
        var candidates = _threads
            .Where(thread => thread.IsClaimable(Now) && (request.Only is null ? User(thread) < MaxPerUser : thread == only))
            .ToList();

        var claim = await _store.ClaimAsync(request, Ct);

        Assert.Equal(candidates.Count > 0, claim is not null);
        if (claim is not null)
        {
            var thread = _threads.Single(candidate => candidate.Id == claim.Lease.ThreadId);
            Assert.Contains(thread, candidates);
            Assert.Equal(candidates.Min(candidate => (User(candidate), Repository(candidate))), (User(thread), Repository(thread)));
            Adopt(thread, claim);
        }
    }

    private void Adopt(ModelThread thread, Claim claim)
    {
        Assert.Equal(thread.Owner is not null, claim.TakenOver);
        Assert.True(claim.Lease.Token > thread.Token, "tokens rise");
        thread.Token = claim.Lease.Token;
        thread.Owner = claim.Lease.Owner;
        thread.LeaseUntil = Now + LeaseTime;
        thread.Sequence = 0;
        thread.InboxAtClaim = thread.Messages.Count;
        thread.WakeAt = null;
        _leases.Add(claim.Lease);
    }

    private async Task RenewAsync(int choice)
    {
        if (Pick(choice) is not var (lease, thread))
        {
            return;
        }

        if (await HeldAsync(thread, lease, () => _store.RenewAsync(lease, LeaseTime, Ct)))
        {
            thread.LeaseUntil = Now + LeaseTime;
        }
    }

    private async Task CommitAsync(int choice)
    {
        if (Pick(choice) is not var (lease, thread))
        {
            return;
        }

        var taken = thread.Pending.Take(choice / 4 % 3).ToList();
        var key = choice % 3 == 0 ? $"status{choice % 2}" : null;
        var payload = $"{_number++}";
        var request = new CommitRequest
        {
            Lease = lease,
            Sequence = thread.Sequence + 1,
            Events = [new NoticeGiven { Text = payload }],
            Consumed = [.. taken.Select(message => (long)thread.Messages.IndexOf(message))],
            Outbox = key is null ? [] : [new OutboxRequest { Kind = "status", Key = key, Payload = payload }],
        };
        if (!await HeldAsync(thread, lease, () => _store.CommitAsync(request, Ct)))
        {
            return;
        }

        thread.Sequence++;
        thread.Journal.Add(payload);
        taken.ForEach(message => message.Fate = Fate.Consumed);
        if (taken.Count > 0)
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => _store.CommitAsync(request with { Sequence = request.Sequence + 1 }, Ct));
        }

        if (key is null)
        {
            return;
        }

        if (!thread.Outbox.TryGetValue(key, out var effect))
        {
            thread.Outbox[key] = new ModelEffect(key, payload, Now);
            return;
        }

        effect.Payload = payload;
        effect.ReplacedInFlight |= thread.InFlight == effect;
        effect.DueAt = thread.InFlight == effect ? Now : effect.Attempts > 0 ? effect.DueAt : Min(effect.DueAt, Now);
    }

    private async Task ReleaseAsync(int choice)
    {
        if (Pick(choice) is not var (lease, thread))
        {
            return;
        }

        ThreadStatus[] states = [ThreadStatus.Done, ThreadStatus.Waiting, ThreadStatus.Queued, ThreadStatus.Parked];
        var request = new ReleaseRequest { Lease = lease, State = states[choice % 4], WakeAt = choice % 8 < 4 ? Now.AddSeconds(20) : null };
        if (await HeldAsync(thread, lease, () => _store.ReleaseAsync(request, Ct)))
        {
            thread.Owner = null;
            thread.WakeAt = request.State == ThreadStatus.Queued ? Now : request.WakeAt;
            thread.RestsParked = request.State == ThreadStatus.Parked;
            thread.Parked = thread.RestsParked
                && !thread.Messages.Skip((int)thread.InboxAtClaim).Any(message => message.Fate == Fate.Pending);
        }
    }

    private Task AdvanceAsync(int choice)
    {
        _time.Advance(TimeSpan.FromSeconds(1 + (choice % 20)));
        return Task.CompletedTask;
    }

    private async Task ClaimEffectAsync()
    {
        var candidates = _threads.Where(thread => thread.HasDueEffect(Now)).ToList();

        var entry = await _store.ClaimOutboxAsync(LeaseTime, null, Ct);

        Assert.Equal(candidates.Count > 0, entry is not null);
        if (entry is not null)
        {
            var thread = candidates.Single(candidate => candidate.Id == entry.Thread.Id);
            var effect = thread.Outbox[entry.Key];
            Assert.True(effect.DueAt <= Now && entry.Token > thread.DispatchToken);
            Assert.Equal((effect.Payload, effect.Attempts++), (entry.Payload, entry.Attempts));
            thread.InFlight = effect;
            thread.DispatchToken = entry.Token;
            thread.DispatchUntil = Now + LeaseTime;
            effect.ReplacedInFlight = false;
            _entries.Add(entry);
        }
    }

    private async Task CompleteEffectAsync(int choice)
    {
        if (_entries.Count == 0)
        {
            return;
        }

        var entry = _entries[^((choice % Math.Min(3, _entries.Count)) + 1)];
        var thread = _threads.Single(candidate => candidate.Id == entry.Thread.Id);
        var held = thread.InFlight is not null && thread.DispatchToken == entry.Token;
        DateTimeOffset? retryAt = choice % 3 == 0 ? Now.AddSeconds(15) : null;
        Assert.Equal(held && thread.DispatchUntil > Now, await _store.HoldsOutboxAsync(entry, Ct));

        var completion = new OutboxCompletion { Entry = entry, Result = $"{_number++}", Succeeded = retryAt is null, RetryAt = retryAt };
        Assert.Equal(held, await _store.CompleteOutboxAsync(completion, Ct));

        if (held)
        {
            var effect = thread.InFlight!;
            thread.InFlight = null;
            if (retryAt is { } at)
            {
                effect.DueAt = effect.ReplacedInFlight ? (effect.DueAt > at ? effect.DueAt : at) : at;
                return;
            }

            thread.Journal.Add(completion.Result);
            if (!effect.ReplacedInFlight)
            {
                thread.Outbox.Remove(effect.Key);
            }
        }
    }

    private async Task ReserveAsync(int choice)
    {
        var (scope, amount) = ($"s{choice % 2}", 0.1m * (1 + (choice / 2 % 5)));
        var id = choice % 7 == 0 && _reservations.Count > 0 ? _reservations.Keys.First() : $"r{_number++}";
        var reservation = new BudgetReservation { Id = id, Amount = amount, Limits = [new BudgetLimit(scope, 1)], ExpiresAt = Now.AddSeconds(25) };

        var decision = await _store.ReserveAsync(reservation, Ct);

        var spent = _spent.GetValueOrDefault(scope);
        Assert.Equal(_reservations.ContainsKey(id) || spent + amount <= 1, decision.Granted);
        if (decision.Granted && _reservations.TryAdd(id, (amount, scope, Now.AddSeconds(25), false)))
        {
            _spent[scope] = spent + amount;
        }

        Assert.True(await _store.GetSpentAsync(scope, Ct) <= 1);
    }

    private async Task SettleAsync(int choice)
    {
        if (_reservations.Count == 0)
        {
            return;
        }

        var (id, reservation) = _reservations.ElementAt(choice % _reservations.Count);
        await _store.SettleAsync(id, 0.05m, Ct);
        if (!reservation.Settled && reservation.Until > Now)
        {
            _reservations[id] = reservation with { Settled = true };
            _spent[reservation.Scope] += 0.05m - reservation.Amount;
        }

        Assert.Equal(_spent[reservation.Scope], await _store.GetSpentAsync(reservation.Scope, Ct));
    }

    private async Task ReopenAsync(int choice)
    {
        if (_host.IsDurable && choice % 4 == 0)
        {
            await _store.DisposeAsync();
            _store = _host.Open(_time);
        }
    }

    private async Task CompareAsync(ModelThread thread)
    {
        var inbox = await _store.ReadInboxAsync(thread.Id, Ct);
        Assert.Equal(thread.Pending.Select(message => message.Text), inbox.Select(entry => entry.Message.Text));
        if (await _store.GetThreadAsync(thread.Id, Ct) is { } record)
        {
            var journal = await _store.ReadJournalAsync(thread.Id, 0, 10_000, Ct);
            Assert.Equal(thread.Journal, journal.Select(item => item.Event is NoticeGiven notice ? notice.Text : ((EffectFinished)item.Event!).Result));
            Assert.Equal(
                (thread.Token, thread.Owner, thread.Sequence, thread.Journal.Count, inbox.Count),
                (record.Token, record.Owner, record.Commits, (int)record.JournalLength, record.InboxDepth));
            Assert.Equal(thread.CancelledUpTo, await _store.GetCancelledUpToAsync(thread.Id, Ct));
            Assert.Equal(thread.Outbox.Count, await _store.CountOutboxAsync(thread.Id, Ct));
        }
    }

    private static async Task<bool> HeldAsync(ModelThread thread, Lease lease, Func<Task> write)
    {
        if (thread.Holds(lease))
        {
            await write();
            return true;
        }

        await Assert.ThrowsAsync<LeaseLostException>(write);
        return false;
    }

    private (Lease Lease, ModelThread Thread)? Pick(int choice)
    {
        if (_leases.Count == 0)
        {
            return null;
        }

        var lease = _leases[^((choice / 16 % Math.Min(6, _leases.Count)) + 1)];
        return (lease, _threads.Single(thread => thread.Id == lease.ThreadId));
    }

    private static EnqueueRequest Request(
        ModelThread thread, string delivery, string id, long version, string text, DateTimeOffset? notBefore, string? effect) => new()
    {
        ThreadKey = thread.Key,
        Origin = new ThreadOrigin
        {
            Channel = "test",
            User = thread.User,
            Repository = thread.Repository.Length == 0 ? null : new RepositoryRef("h", "o", thread.Repository[2..], "https://h/x"),
        },
        DeliveryId = delivery,
        Message = new InboxMessage { Id = id, Version = version, Sender = thread.User, Text = text },
        NotBefore = notBefore,
        Outbox = effect is null ? [] : [new OutboxRequest { Kind = "ack", Key = effect, Payload = effect }],
    };

    private static DateTimeOffset Min(DateTimeOffset left, DateTimeOffset right) => left < right ? left : right;
}
