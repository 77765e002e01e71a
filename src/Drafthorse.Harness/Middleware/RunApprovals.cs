using Drafthorse.Harness.Approvals;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness;

/// <summary>
/// What a run asks people to decide. Ask, end as waiting, and look in the next run what became of it:
/// <code>
/// switch (run.Approvals.Find(request)?.State)
/// {
///     case ApprovalState.Approved: ...; break;
///     case ApprovalState.Rejected or ApprovalState.Expired: ...; break;
///     default: await run.Approvals.AskAsync(request, cancellationToken); ...; break;
/// }
/// </code>
/// </summary>
public sealed class RunApprovals
{
    private readonly RunContext _run;
    private readonly IThreadStore _store;
    private readonly ApprovalOptions _options;

    internal RunApprovals(RunContext run, IThreadStore store, ApprovalOptions options) => (_run, _store, _options) = (run, store, options);

    /// <summary>What nobody has decided yet, oldest first.</summary>
    public IReadOnlyList<Approval> Open => ApprovalList.Open(_run.Facts);

    /// <summary>What the thread does nothing more before, oldest first.</summary>
    internal IReadOnlyList<Approval> Holding => [.. Open.Where(approval => approval.Holds)];

    /// <summary>Why the newest of all counts as a no though nobody said so; null when it does not.</summary>
    internal string? Lapsed => ApprovalList.All(_run.Facts) is [.., { State: ApprovalState.Expired } last] && ApprovalKinds.IsForModel(last.Kind)
        ? $"{ApprovalKinds.Words(last.Kind)} {last.ShortHash} counts as rejected: {last.Reason}"
        : null;

    /// <summary>What became of a request, the newest of its kind and hash; null when it was never asked in this thread.</summary>
    public Approval? Find(ApprovalRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return ApprovalList.Find(_run.Facts, request.Kind, request.HashIn(_run.Thread, _run.Facts));
    }

    /// <summary>Asks people. One that is open is not asked again; a plan, a push or a budget takes the place of an open one of its kind.
    /// Throws <see cref="ArgumentException"/> for a text that is too long to be shown whole.</summary>
    public async Task<Approval> AskAsync(ApprovalRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        await _run.CommitAsync(Prepare([request]), cancellationToken).ConfigureAwait(false);
        return Find(request)!;
    }

    /// <summary>What people were shown; null when the journal does not have it.</summary>
    internal Task<ApprovalAsked?> ReadAsync(Approval approval, CancellationToken cancellationToken) =>
        _store.ReadApprovalAsync(_run.Thread.Id, approval, cancellationToken);

    /// <summary>What to commit to ask all of these.</summary>
    internal RunCommit Prepare(IReadOnlyList<ApprovalRequest> requests)
    {
        var (facts, events) = (_run.Facts, new List<JournalEvent>());
        foreach (var request in requests)
            facts = Ask(facts, request, events);
        return facts == _run.Facts ? new RunCommit() : new RunCommit { Events = events, ChangeFacts = now => now with { Approvals = facts.Approvals } };
    }

    private ThreadFacts Ask(ThreadFacts facts, ApprovalRequest request, List<JournalEvent> events)
    {
        if (request.Text.Length > ApprovalRequest.MaxText)
            throw new ArgumentException($"What a person is to decide has {request.Text.Length} characters; the most are {ApprovalRequest.MaxText}, as it is shown whole.", nameof(request));
        var (hash, holds) = (request.HashIn(_run.Thread, facts), ApprovalKinds.IsForModel(request.Kind));
        if (ApprovalList.Find(facts, request.Kind, hash) is { State: ApprovalState.Open } open)
            return ApprovalList.Replace(facts, open with { Holds = holds });

        (facts, var superseded) = request.Kind is ApprovalKinds.Plan or ApprovalKinds.Push or ApprovalKinds.Budget ? Lapses.Supersede(facts, request.Kind) : (facts, []);
        events.AddRange(superseded);
        var asked = Shown(request, ApprovalList.NextId(_run.Thread.Id, facts), hash);
        events.Add(asked);
        return ApprovalList.Add(facts, new Approval
        {
            Id = asked.Id,
            Kind = asked.Kind,
            Title = asked.Title,
            Hash = hash,
            AskedAt = _run.TimeProvider.GetUtcNow(),
            ExpiresAt = asked.ExpiresAt,
            Start = _run.JournalEnd,
            Run = _run.Lease.Token,
            Inbox = _run.Conversation.FirstMessageOfRun ?? long.MaxValue,
            AskedFor = _run.Conversation.LastSender ?? _run.Thread.Origin.User,
            Holds = holds,
        });
    }

    /// <summary>Without secrets: what stands in the facts is taken from it.</summary>
    private ApprovalAsked Shown(ApprovalRequest request, string id, string hash) => (ApprovalAsked)_run.Redact(new RunCommit
    {
        Events =
        [
            new ApprovalAsked
            {
                Id = id,
                Kind = request.Kind,
                Title = request.TitleLine,
                Text = request.Text,
                Hash = hash,
                Repository = _run.Thread.Origin.Repository?.FullName,
                BaseCommit = _run.Facts.BaseCommit,
                WhoMay = request.Kind == ApprovalKinds.Question ? "whoever may give instructions here" : _options.WhoMay,
                ExpiresAt = _run.TimeProvider.GetUtcNow() + _options.Lifetime,
            },
        ],
    }).Events[0];
}
