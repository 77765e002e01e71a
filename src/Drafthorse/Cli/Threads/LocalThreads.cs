using System.Runtime.CompilerServices;
using System.Text;
using Drafthorse.Events;
using Drafthorse.Harness.Approvals;
using Drafthorse.Harness.Threads;
using Drafthorse.Server;
using Drafthorse.Server.Approvals;
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

    public override Task<IReadOnlyList<ApprovalView>> ListApprovalsAsync(CancellationToken cancellationToken) => Book.ListOpenAsync(cancellationToken);

    public override async Task<ApprovalView> GetApprovalAsync(string id, CancellationToken cancellationToken) =>
        await Book.FindAsync(id, cancellationToken) ?? throw new SettingsException($"There is no approval {id}. See: drafthorse approvals list");

    public override async Task<string> AnswerAsync(ApprovalView approval, bool approves, string? reason, CancellationToken cancellationToken)
    {
        var result = await Book.AnswerAsync(approval.Id, approves, approval.Hash, reason, LocalPerson.Answerer, cancellationToken);
        if (result.Outcome != AnswerOutcome.Taken)
            throw new SettingsException(result.Outcome == AnswerOutcome.NotAllowed ? $"{result.Words} People of a code host answer there, or with --server and a token of their own." : result.Words);
        var thread = await store.GetThreadAsync(ThreadId.Parse(approval.Thread, null), cancellationToken);
        return thread?.Origin.Channel == "cli" ? $"{result.Words} It goes on with: drafthorse run --thread {approval.Thread} \"go on\", or in the REPL." : result.Words;
    }

    private ApprovalBook Book => new(store, new ApprovalDesk(store, settings.Approvals, TimeProvider.System));

    public override ValueTask DisposeAsync() => store.DisposeAsync();
}
