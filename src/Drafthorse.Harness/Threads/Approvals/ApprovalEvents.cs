namespace Drafthorse.Harness.Threads;

/// <summary>A person is asked to decide something. What is shown to people is exactly this.</summary>
public sealed record ApprovalAsked : JournalEvent
{
    /// <summary>Names it over all threads.</summary>
    public string Id { get; init; } = "";

    /// <summary>What it is about; see <see cref="ApprovalKinds"/>.</summary>
    public string Kind { get; init; } = "";

    /// <summary>One line for lists.</summary>
    public string Title { get; init; } = "";

    /// <summary>What exactly is to be decided.</summary>
    public string Text { get; init; } = "";

    /// <summary>SHA-256 of kind, repository, base commit and text, in lower-case hex.</summary>
    public string Hash { get; init; } = "";

    /// <summary>The repository, <c>owner/name</c>, or null.</summary>
    public string? Repository { get; init; }

    /// <summary>The commit that the work started from, or null.</summary>
    public string? BaseCommit { get; init; }

    /// <summary>Who may answer, in words.</summary>
    public string WhoMay { get; init; } = "";

    /// <summary>Until when.</summary>
    public DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>An approval was answered, or ended otherwise.</summary>
public sealed record ApprovalClosed : JournalEvent
{
    /// <summary>The approval's id.</summary>
    public string Id { get; init; } = "";

    /// <summary>Its kind.</summary>
    public string Kind { get; init; } = "";

    /// <summary>Its hash.</summary>
    public string Hash { get; init; } = "";

    /// <summary>What became of it.</summary>
    public ApprovalState State { get; init; }

    /// <summary>Who answered, or null.</summary>
    public string? By { get; init; }

    /// <summary>Where, or null.</summary>
    public string? Via { get; init; }

    /// <summary>Why, or null.</summary>
    public string? Reason { get; init; }
}
