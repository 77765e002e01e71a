using System.Runtime.CompilerServices;
using System.Text;
using Drafthorse.Events;
using Drafthorse.Harness.Threads;
using Drafthorse.Server;
using Drafthorse.Settings;
using Drafthorse.Terminal;

namespace Drafthorse.Cli.Threads;

/// <summary>The threads of the store that the settings name.</summary>
internal sealed class LocalThreads(IThreadStore store, DrafthorseSettings settings) : ThreadSource
{
    public override async Task<IReadOnlyList<ThreadView>> ListAsync(string? state, CancellationToken cancellationToken)
    {
        ThreadStatus? only = state is null ? null
            : Enum.TryParse<ThreadStatus>(state, ignoreCase: true, out var parsed) && !int.TryParse(state, out _) ? parsed
            : throw new SettingsException($"--state must be one of {string.Join(", ", Enum.GetValues<ThreadStatus>().Select(ThreadStatusNames.Of))}.");
        var page = await store.ListThreadsAsync(new ThreadQuery { State = only, Limit = 50 }, cancellationToken);
        return await ThreadView.OfAsync(page.Threads, store, settings, cancellationToken);
    }

    public override async Task<ThreadView> FindAsync(string name, CancellationToken cancellationToken) =>
        (await ThreadView.OfAsync([await ThreadNames.FindAsync(store, name, cancellationToken)], store, settings, cancellationToken))[0];

    public override IAsyncEnumerable<JournalRecord> ReadAsync(string id, CancellationToken cancellationToken) =>
        JournalPages.ReadAsync(store, ThreadId.Parse(id, null), cancellationToken);

    public override async IAsyncEnumerable<string> FollowAsync(string id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var line in EventLines.FollowAsync(store, ThreadId.Parse(id, null), 0, cancellationToken))
            yield return Encoding.UTF8.GetString(line.Json.Span);
    }

    public override async Task<string> SendAsync(string id, string text, DeliveryMode mode, CancellationToken cancellationToken)
    {
        var thread = (await store.GetThreadAsync(ThreadId.Parse(id, null), cancellationToken))!;
        var delivery = Guid.NewGuid().ToString("N");
        await store.EnqueueAsync(
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
        store.CancelAsync(ThreadId.Parse(id, null), long.MaxValue, [], cancellationToken);

    public override ValueTask DisposeAsync() => store.DisposeAsync();
}
