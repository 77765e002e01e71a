using Drafthorse.Harness.Threads;
using Microsoft.Extensions.Time.Testing;

namespace Drafthorse.Tests.Threads.Conformance;

/// <summary>What every thread store must do. A store's tests are the conformance classes over its own host.</summary>
public abstract class StoreConformance(StoreHost host) : IAsyncLifetime
{
    protected static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(30);

    protected FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 23, 9, 0, 0, TimeSpan.Zero));

    protected IThreadStore Store { get; private set; } = null!;

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        Store = host.Open(Time);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Store.DisposeAsync();
        host.Dispose();
    }

    protected static InboxMessage Message(string id, string text = "do it", long version = 1) =>
        new() { Id = id, Version = version, Sender = "github:octocat", Text = text };

    protected static EnqueueRequest Delivery(
        string key, string delivery, InboxMessage? message, string user = "github:octocat", string repository = "owner/repo") => new()
    {
        ThreadKey = key,
        Origin = new ThreadOrigin
        {
            Channel = "github",
            User = user,
            Repository = repository.Length == 0
                ? null
                : new RepositoryRef("github.com", repository.Split('/')[0], repository.Split('/')[1], $"https://github.com/{repository}.git"),
        },
        DeliveryId = delivery,
        Message = message,
    };

    protected static OutboxRequest Draft(string key, string payload = "{}", DateTimeOffset? notBefore = null) =>
        new() { Kind = "status", Key = key, Payload = payload, NotBefore = notBefore };

    protected async Task<ThreadId> SendAsync(string key, string id = "m1", string user = "github:octocat", string repository = "owner/repo") =>
        (await Store.EnqueueAsync(Delivery(key, $"d-{id}", Message(id), user, repository), Ct)).ThreadId;

    protected Task<Claim?> ClaimAsync(string owner = "one", ThreadId? only = null) =>
        Store.ClaimAsync(new ClaimRequest { Owner = owner, LeaseTime = LeaseTime, Only = only }, Ct);

    protected Task<long> CommitAsync(Lease lease, long sequence, IReadOnlyList<long>? consumed = null, params JournalEvent[] events) =>
        Store.CommitAsync(new CommitRequest { Lease = lease, Sequence = sequence, Consumed = consumed ?? [], Events = events }, Ct);

    protected Task ReleaseAsync(Lease lease, ThreadStatus state = ThreadStatus.Done, DateTimeOffset? wakeAt = null) =>
        Store.ReleaseAsync(new ReleaseRequest { Lease = lease, State = state, WakeAt = wakeAt }, Ct);

    protected async Task<ThreadRecord> ThreadAsync(ThreadId id) => (await Store.GetThreadAsync(id, Ct))!;

    protected async Task<IReadOnlyList<string>> InboxAsync(ThreadId id) =>
        [.. (await Store.ReadInboxAsync(id, Ct)).Select(entry => entry.Message.Text)];
}

/// <summary>Where a store under test lives.</summary>
public abstract class StoreHost : IDisposable
{
    /// <summary>Whether what a store wrote is there when it is opened again.</summary>
    public abstract bool IsDurable { get; }

    public abstract IThreadStore Open(TimeProvider timeProvider);

    public virtual void Dispose() => GC.SuppressFinalize(this);
}
