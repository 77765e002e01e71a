using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Approvals;

/// <summary>
/// What messages do to a thread's approvals at the moment when they are taken from the inbox: the one place where an answer takes effect,
/// in the commit that consumes it.
/// </summary>
internal sealed class TakenMessages
{
    private readonly List<JournalEvent> _events = [];
    private readonly List<InboxEntry> _entries = [];
    private readonly List<string> _notes = [];

    private TakenMessages(ThreadFacts facts) => Facts = facts;

    private ThreadFacts Facts { get; set; }

    /// <summary>The messages and what follows from them, in order; empty without messages.</summary>
    public IReadOnlyList<JournalEvent> Events => _entries.Count == 0 ? [] : [new MessagesTaken { Messages = _entries }, .. _events];

    /// <summary>What people have to be told about answers that do not count.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Makes a thread's facts what they are from here on, but for what others change meanwhile.</summary>
    public ThreadFacts Change(ThreadFacts now) => now with { Model = Facts.Model, Approvals = Facts.Approvals };

    public static TakenMessages Of(ThreadFacts facts, IReadOnlyList<InboxEntry> entries)
    {
        var taken = new TakenMessages(facts);
        foreach (var entry in entries)
            taken.Take(entry);
        return taken;
    }

    private void Take(InboxEntry entry)
    {
        var (message, answer) = (entry.Message, entry.Message.Answer);
        if (answer is null)
        {
            _entries.Add(entry);
            TakeWords(message);
            return;
        }

        var approval = ApprovalList.All(Facts).LastOrDefault(known => known.Id == answer.Approval);
        if (WhyNot(approval, answer, entry.EnqueuedAt) is { } why)
        {
            _notes.Add($"{message.Sender}'s answer to {ApprovalKinds.Words(answer.Kind)} {Short(answer.Hash)} does not count: {why}.");
            _entries.Add(entry with { Message = message with { Answer = null, Text = $"(An answer to {ApprovalKinds.Words(answer.Kind)} {Short(answer.Hash)} came that does not count: {why}.)" } });
            return;
        }

        _entries.Add(entry);
        Close(approval!, answer.Approves ? ApprovalState.Approved : ApprovalState.Rejected, message.Sender, answer.Via, answer.Reason, answer.Source);
        if (ApprovalKinds.IsForModel(answer.Kind))
            LetGo();
    }

    /// <summary>A person's words answer questions, and let a thread that was held go on.</summary>
    private void TakeWords(InboxMessage message)
    {
        Facts = Facts with { Model = message.Model ?? Facts.Model };
        foreach (var question in ApprovalList.Open(Facts).Where(approval => approval.Kind == ApprovalKinds.Question))
            Close(question, ApprovalState.Answered, message.Sender, null, null, message.Id);
        LetGo();
    }

    private void LetGo()
    {
        if (ApprovalList.All(Facts).Any(approval => approval.Holds))
            Facts = Facts with { Approvals = [.. ApprovalList.All(Facts).Select(approval => approval.Holds ? approval with { Holds = false } : approval)] };
    }

    private void Close(Approval approval, ApprovalState state, string by, string? via, string? reason, string? source)
    {
        (Facts, var closed) = ApprovalList.Close(Facts, approval, state, by, via, reason, source);
        _events.Add(closed);
    }

    private static string? WhyNot(Approval? approval, ApprovalAnswer answer, DateTimeOffset at) =>
        approval is null || approval.Hash != answer.Hash ? "it is not what was asked"
        : approval.State == ApprovalState.Superseded ? "it changed before the answer was taken"
        : approval.State != ApprovalState.Open ? "it was decided before"
        : at > approval.ExpiresAt ? "it came after the time for it had passed"
        : null;

    private static string Short(string hash) => hash[..Math.Min(8, hash.Length)];
}
