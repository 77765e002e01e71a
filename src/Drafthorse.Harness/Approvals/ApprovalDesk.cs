using System.Globalization;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Approvals;

/// <summary>
/// The one place where people's answers are taken, whatever the channel. An answer becomes an inbox message whose id is the approval's:
/// the store takes one of that id and no other, on whichever replica, and the run that consumes it makes it count.
/// </summary>
internal sealed class ApprovalDesk(IThreadStore store, ApprovalOptions options, TimeProvider time)
{
    private const int FewestDigits = 8;
    private const int MostReason = 20_000;

    /// <summary>Takes an answer, or says in a sentence why not.</summary>
    public async Task<AnswerResult> AnswerAsync(ThreadId threadId, GivenAnswer given, Answerer who, CancellationToken cancellationToken)
    {
        if (await store.GetThreadAsync(threadId, cancellationToken).ConfigureAwait(false) is not { } thread)
            return new(AnswerOutcome.Unknown, $"There is no thread {threadId}.");
        var (approval, refused) = Choose(thread, given);
        if (approval is null)
            return refused!;
        return (await WhyNotAsync(thread, approval, given, who, cancellationToken).ConfigureAwait(false) ?? await TakeAsync(thread, approval, given, who, cancellationToken).ConfigureAwait(false))
            with { Approval = approval };
    }

    /// <summary>How to answer what is open, in one line; empty when nothing is.</summary>
    public static string HowTo(IEnumerable<Approval> open) => string.Join("; ", open.Select(approval => approval.Kind == ApprovalKinds.Question
        ? "a question: answer in words"
        : string.Create(CultureInfo.InvariantCulture, $"{ApprovalKinds.Words(approval.Kind)}: approve {approval.ShortHash} or reject {approval.ShortHash} WHY, until {approval.ExpiresAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC")));

    private static (Approval? Approval, AnswerResult? Refused) Choose(ThreadRecord thread, GivenAnswer given)
    {
        List<Approval> all = [.. ApprovalList.All(thread.Facts).Where(approval => approval.Kind != ApprovalKinds.Question)];
        List<Approval> open = [.. all.Where(approval => approval.State == ApprovalState.Open)];
        if (given.Source is { } source && all.Find(approval => approval.Source == source) is { } before)
            return (null, new(AnswerOutcome.Taken, Taken(before, before.State == ApprovalState.Approved)) { Approval = before });
        if (given.Names is not { } name)
        {
            return open.Count switch
            {
                1 => (open[0], null),
                0 => (null, new(AnswerOutcome.NothingOpen, all.LastOrDefault() is { } last ? $"Nothing waits for an approval here. {Ended(last)}" : "Nothing waits for an approval here.")),
                _ => (null, new(AnswerOutcome.Refused, $"{open.Count} approvals are open, so say which one you mean: {HowTo(open)}.")),
            };
        }

        var fits = name.Contains('.', StringComparison.Ordinal) || name.Length < FewestDigits
            ? all.FindAll(approval => approval.Id == name)
            : all.FindAll(approval => approval.Hash.StartsWith(name, StringComparison.OrdinalIgnoreCase));
        var instead = open.Count == 0 ? "Nothing waits for an approval here." : $"Open is {HowTo(open)}.";
        if (fits.FindLast(approval => approval.State == ApprovalState.Open) is { } found)
            return (found, null);
        return (null, fits is [.., var decided]
            ? new(AnswerOutcome.Refused, $"{Ended(decided)} {instead}")
            : new(AnswerOutcome.Unknown, $"No approval of this thread has the hash {name[..Math.Min(16, name.Length)]}. {instead}"));
    }

    private async Task<AnswerResult?> WhyNotAsync(ThreadRecord thread, Approval approval, GivenAnswer given, Answerer who, CancellationToken cancellationToken)
    {
        var what = $"{ApprovalKinds.Words(approval.Kind)} {approval.ShortHash}";
        if (!who.IsPerson)
            return new(AnswerOutcome.NotAllowed, $"Only a person can answer {what}: {who.Name} is a machine, or a token that belongs to nobody.");
        if (thread.State == ThreadStatus.Cancelled || await store.GetCancelledUpToAsync(thread.Id, cancellationToken).ConfigureAwait(false) >= approval.Inbox)
            return new(AnswerOutcome.Refused, $"The work was cancelled, and with it {what}. Ask for it again.");
        if (approval.ExpiresAt <= time.GetUtcNow())
            return new(AnswerOutcome.Refused, string.Create(CultureInfo.InvariantCulture, $"{Capital(what)} expired on {approval.ExpiresAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC, which counts as rejected. Send a message to go on."));
        if (given is { Names: null, WhyNotShownAsync: { } look } && await look(approval, cancellationToken).ConfigureAwait(false) is { } unseen)
            return new(AnswerOutcome.Refused, $"{unseen} Name what you mean: {HowTo([approval])}.");
        var role = await who.FindRoleAsync(thread, cancellationToken).ConfigureAwait(false);
        return role switch
        {
            ApproverRole.None => new(AnswerOutcome.NotAllowed, $"{who.Name} may not answer {what}: that is for {options.WhoMay}."),
            ApproverRole.Requester when given.Approves && options.TwoPersons => NotAlone(),
            _ when given.Approves && options.TwoPersons && (role == ApproverRole.RequesterAndMaintainer || who.Name == approval.AskedFor || who.Name == thread.Origin.User) => NotAlone(),
            _ => null,
        };

        AnswerResult NotAlone() => new(AnswerOutcome.NotAllowed, $"{who.Name} asked for this work, and the two-person rule wants somebody else to approve {what}: {options.WhoMay}.");
    }

    private async Task<AnswerResult> TakeAsync(ThreadRecord thread, Approval approval, GivenAnswer given, Answerer who, CancellationToken cancellationToken)
    {
        var reason = given.Reason?.Trim() is { Length: > 0 } said ? said[..Math.Min(said.Length, MostReason)] : null;
        var id = ApprovalAnswer.MessageId(approval.Id);
        var result = await store.EnqueueAsync(
            new EnqueueRequest
            {
                ThreadKey = thread.Key,
                Origin = thread.Origin,
                DeliveryId = id,
                Message = new InboxMessage
                {
                    Id = id,
                    Sender = who.Name,
                    Text = $"{(given.Approves ? "Approved" : "Rejected")}: {ApprovalKinds.Words(approval.Kind)} {approval.ShortHash}.{(reason is null ? "" : $"\n{reason}")}",
                    Answer = new ApprovalAnswer
                    {
                        Approval = approval.Id,
                        Kind = approval.Kind,
                        Hash = approval.Hash,
                        Approves = given.Approves,
                        Reason = reason,
                        Via = who.Via,
                        Source = given.Source,
                    },
                },
                Outbox = given.Outbox,
            },
            cancellationToken).ConfigureAwait(false);
        return result.Outcome == EnqueueOutcome.Added
            ? new(AnswerOutcome.Taken, Taken(approval, given.Approves))
            : await TakenBeforeAsync(thread.Id, approval, given, cancellationToken).ConfigureAwait(false);
    }

    private async Task<AnswerResult> TakenBeforeAsync(ThreadId thread, Approval approval, GivenAnswer given, CancellationToken cancellationToken)
    {
        var inbox = await store.ReadInboxAsync(thread, cancellationToken).ConfigureAwait(false);
        var first = inbox.FirstOrDefault(entry => entry.Message.Answer?.Approval == approval.Id)?.Message;
        if (given.Source is { } source && first?.Answer?.Source == source)
            return new(AnswerOutcome.Taken, Taken(approval, given.Approves));
        var decided = first is null && await store.GetThreadAsync(thread, cancellationToken).ConfigureAwait(false) is { } now
            ? ApprovalList.All(now.Facts).FirstOrDefault(known => known.Id == approval.Id && known.State != ApprovalState.Open)
            : null;
        if (given.Source is { } again && decided?.Source == again)
            return new(AnswerOutcome.Taken, Taken(approval, given.Approves));
        return new(AnswerOutcome.Refused, decided is not null ? Ended(decided)
            : $"{Capital(ApprovalKinds.Words(approval.Kind))} {approval.ShortHash} was {(first?.Answer is { Approves: false } ? "rejected" : "answered")} a moment ago{(first is null ? "" : $" by {first.Sender}")}.");
    }

    private static string Taken(Approval approval, bool approves) => $"{(approves ? "Approved" : "Rejected")}: {ApprovalKinds.Words(approval.Kind)} {approval.ShortHash}.";

    private static string Ended(Approval approval)
    {
        var what = Capital($"{ApprovalKinds.Words(approval.Kind)} {approval.ShortHash}");
        return approval.State switch
        {
            ApprovalState.Approved => $"{what} was approved by {approval.By} before.",
            ApprovalState.Rejected => $"{what} was rejected by {approval.By} before.",
            ApprovalState.Expired => $"{what} expired, which counts as rejected.",
            ApprovalState.Superseded => $"{what} changed since, so an answer to it does not count.",
            ApprovalState.Cancelled => $"{what} was cancelled with the work.",
            _ => $"{what} is decided.",
        };
    }

    private static string Capital(string text) => $"{char.ToUpperInvariant(text[0])}{text[1..]}";
}
