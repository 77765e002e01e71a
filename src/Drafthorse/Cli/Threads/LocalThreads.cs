using System.Runtime.CompilerServices;
using System.Text;
using Drafthorse.Composition;
using Drafthorse.Events;
using Drafthorse.Harness.Threads;
using Drafthorse.Server;
using Drafthorse.Settings;
using Drafthorse.Terminal;

namespace Drafthorse.Cli.Threads;

/// <summary>The threads of this machine's store.</summary>
internal sealed class LocalThreads(DrafthorseSettings settings) : ThreadSource
{
    private readonly IThreadStore _store = ThreadStores.Open(settings);

    public override async Task<IReadOnlyList<ThreadView>> ListAsync(string? state, CancellationToken cancellationToken)
    {
        ThreadStatus? only = state is null ? null
            : Enum.TryParse<ThreadStatus>(state, ignoreCase: true, out var parsed) && !int.TryParse(state, out _) ? parsed
            : throw new SettingsException($"--state must be one of {string.Join(", ", Enum.GetValues<ThreadStatus>().Select(ThreadStatusNames.Of))}.");
        var page = await _store.ListThreadsAsync(new ThreadQuery { State = only, Limit = 50 }, cancellationToken);
        return await ThreadView.OfAsync(page.Threads, _store, settings, cancellationToken);
    }

    public override async Task<ThreadView> FindAsync(string name, CancellationToken cancellationToken) =>
        (await ThreadView.OfAsync([await ThreadNames.FindAsync(_store, name, cancellationToken)], _store, settings, cancellationToken))[0];

    public override IAsyncEnumerable<JournalRecord> ReadAsync(string id, CancellationToken cancellationToken) =>
        JournalPages.ReadAsync(_store, ThreadId.Parse(id, null), cancellationToken);

    public override async IAsyncEnumerable<string> FollowAsync(string id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var line in EventLines.FollowAsync(_store, ThreadId.Parse(id, null), 0, cancellationToken))
            yield return Encoding.UTF8.GetString(line.Json.Span);
    }

    public override async Task<string> SendAsync(string id, string text, DeliveryMode mode, CancellationToken cancellationToken)
    {
        var thread = (await _store.GetThreadAsync(ThreadId.Parse(id, null), cancellationToken))!;
        var delivery = Guid.NewGuid().ToString("N");
        await _store.EnqueueAsync(
            new EnqueueRequest
            {
                ThreadKey = thread.Key,
                DeliveryId = delivery,
                Origin = thread.Origin,
                Message = new InboxMessage { Id = delivery, Sender = WorkTarget.User, Text = text, Mode = mode },
            },
            cancellationToken);
        return thread.Owner is not null ? "It is in the inbox of the run that goes on."
            : thread.Origin.Channel == "cli" ? $"It is in the inbox. A terminal takes it: drafthorse run --thread {id} \"...\", or the REPL."
            : "It is in the inbox; drafthorse serve takes it.";
    }

    public override Task CancelAsync(string id, CancellationToken cancellationToken) =>
        _store.CancelAsync(ThreadId.Parse(id, null), long.MaxValue, [], cancellationToken);

    public override ValueTask DisposeAsync() => _store.DisposeAsync();
}
