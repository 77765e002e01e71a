using Drafthorse.Harness.Approvals;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Server.Approvals;

/// <summary>Approvals over all threads of a store: for the API and for the command line.</summary>
internal sealed class ApprovalBook(IThreadStore store, ApprovalDesk desk)
{
    private const int PageSize = 100;
    private const int MostPages = 20;
    private const int FewestDigits = 8;

    /// <summary>A run that ended otherwise may have left some open as well.</summary>
    private static readonly ThreadStatus[] States = [ThreadStatus.Waiting, ThreadStatus.Stopped, ThreadStatus.Failed];

    /// <summary>What is open in threads that are at rest, the newest threads first.</summary>
    public async Task<IReadOnlyList<ApprovalView>> ListOpenAsync(CancellationToken cancellationToken)
    {
        var open = new List<ApprovalView>();
        foreach (var state in States)
        {
            string? cursor = null;
            for (var page = 0; page < MostPages; page++)
            {
                var threads = await store.ListThreadsAsync(new ThreadQuery { State = state, Limit = PageSize, Cursor = cursor }, cancellationToken);
                open.AddRange(threads.Threads.SelectMany(thread => ApprovalList.Open(thread.Facts).Select(approval => ApprovalView.Of(thread, approval))));
                if ((cursor = threads.NextCursor) is null)
                    break;
            }
        }

        return open;
    }

    /// <summary>One with what was shown, or null.</summary>
    public async Task<ApprovalView?> FindAsync(string id, CancellationToken cancellationToken) =>
        await RowAsync(id, cancellationToken) is ({ } thread, { } approval)
            ? ApprovalView.Of(thread, approval, await store.ReadApprovalAsync(thread.Id, approval, cancellationToken))
            : null;

    /// <summary>Answers one. The hash must be of what was read.</summary>
    public async Task<AnswerResult> AnswerAsync(string id, bool approves, string hash, string? reason, Answerer who, CancellationToken cancellationToken)
    {
        if (await RowAsync(id, cancellationToken) is not ({ } thread, { } approval))
            return new(AnswerOutcome.Unknown, $"There is no approval {id}.");
        if (approval.Kind == ApprovalKinds.Question)
            return new(AnswerOutcome.Refused, "A question is answered in words: send a message to its thread.");
        if (hash.Length < FewestDigits || !approval.Hash.StartsWith(hash, StringComparison.OrdinalIgnoreCase))
            return new(AnswerOutcome.Refused, $"The hash is not that of {ApprovalKinds.Words(approval.Kind)} {approval.ShortHash}: read what is to be decided again, as it may have changed.");
        return await desk.AnswerAsync(thread.Id, new GivenAnswer { Approves = approves, Names = approval.Id, Reason = reason }, who, cancellationToken);
    }

    private async Task<(ThreadRecord? Thread, Approval? Approval)> RowAsync(string id, CancellationToken cancellationToken)
    {
        var thread = ThreadId.TryParse(id.Split('.')[0], null, out var threadId) ? await store.GetThreadAsync(threadId, cancellationToken) : null;
        return (thread, thread is null ? null : ApprovalList.All(thread.Facts).LastOrDefault(approval => approval.Id.Equals(id, StringComparison.OrdinalIgnoreCase)));
    }
}
