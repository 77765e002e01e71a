using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Approvals;

/// <summary>Who answers an approval, as the place where they do knows them.</summary>
internal sealed record Answerer
{
    /// <summary>The person, as threads name people, such as <c>github:octocat</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Whether a person is behind it, and no machine or shared token.</summary>
    public required bool IsPerson { get; init; }

    /// <summary>The place: <c>github</c>, <c>terminal</c> or <c>api</c>.</summary>
    public required string Via { get; init; }

    /// <summary>Asks, at this moment, what the person is to the thread.</summary>
    public required Func<ThreadRecord, CancellationToken, Task<ApproverRole>> FindRoleAsync { get; init; }
}

/// <summary>What somebody is to a thread.</summary>
internal enum ApproverRole
{
    /// <summary>Nobody whose answer counts.</summary>
    None,

    /// <summary>Who asked for the work, and still may.</summary>
    Requester,

    /// <summary>Who looks after the repository.</summary>
    Maintainer,

    /// <summary>Both.</summary>
    RequesterAndMaintainer,
}

/// <summary>An answer in words, before it is known what it is about.</summary>
internal sealed record GivenAnswer
{
    /// <summary>Yes or no.</summary>
    public required bool Approves { get; init; }

    /// <summary>The beginning of the hash, at least eight digits, or an approval's whole id; null = a bare answer.</summary>
    public string? Names { get; init; }

    /// <summary>Why.</summary>
    public string? Reason { get; init; }

    /// <summary>The id of the message with the answer: the same again is the same answer.</summary>
    public string? Source { get; init; }

    /// <summary>Says why the person cannot know what a bare answer is about; null = they were shown it.</summary>
    public Func<Approval, CancellationToken, Task<string?>>? WhyNotShownAsync { get; init; }

    /// <summary>Effects outside that belong to a taken answer.</summary>
    public IReadOnlyList<OutboxRequest> Outbox { get; init; } = [];
}

/// <summary>What came of an answer.</summary>
/// <param name="Outcome">Whether it was taken.</param>
/// <param name="Words">One or two sentences for who answered.</param>
internal sealed record AnswerResult(AnswerOutcome Outcome, string Words)
{
    /// <summary>What was answered, or null.</summary>
    public Approval? Approval { get; init; }
}

/// <summary>What came of an answer.</summary>
internal enum AnswerOutcome
{
    /// <summary>It counts.</summary>
    Taken,

    /// <summary>Nothing waits for an answer of this kind: these may be words for the model.</summary>
    NothingOpen,

    /// <summary>There is no such approval.</summary>
    Unknown,

    /// <summary>Who answered may not.</summary>
    NotAllowed,

    /// <summary>It is decided, lapsed or changed, or the answer is not clear.</summary>
    Refused,
}
