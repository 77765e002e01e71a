namespace Drafthorse.Harness.Threads;

/// <summary>One entry of a thread's journal as it is stored: an envelope around an event's JSON. Records of a kind or version
/// that this build does not know are kept and skipped, so that two builds can run side by side.</summary>
/// <param name="Position">0 for the thread's first record; rises by one.</param>
/// <param name="At">When it was committed, by the store's clock.</param>
/// <param name="Kind">The event's kind, such as <c>tool.finished</c>.</param>
/// <param name="Version">The version of the event's shape.</param>
/// <param name="Data">The event as JSON.</param>
public sealed record JournalRecord(long Position, DateTimeOffset At, string Kind, int Version, string Data)
{
    /// <summary>The event, or null when this build does not know its kind or cannot read it.</summary>
    public JournalEvent? Event => JournalEvents.Decode(Kind, Data);
}
