namespace Drafthorse.Harness.Threads;

/// <summary>Code judged a reply without tool calls, with which the model ends its work. The newest one of a run says all that the
/// done gate has to remember of it.</summary>
public sealed record DoneJudged : JournalEvent
{
    /// <summary>The step whose reply was judged.</summary>
    public int Step { get; init; }

    /// <summary><c>passed</c>, <c>told</c> (the model goes on), <c>left</c> (something stays open), <c>exempt</c> or <c>unchecked</c>.</summary>
    public string Result { get; init; } = "";

    /// <summary>Why it was not judged, or why no message was sent, such as <c>question</c> or <c>budget</c>; empty when that needs no word.</summary>
    public string Reason { get; init; } = "";

    /// <summary>What was open: <c>verify</c>, <c>verify-missing</c>, <c>work-tree</c>, <c>todos</c>, <c>background</c>, <c>push</c>.</summary>
    public IReadOnlyList<string> Open { get; init; } = [];

    /// <summary>The commit, or the state of the work tree, that was judged; null when there was none.</summary>
    public string? Commit { get; init; }

    /// <summary>Messages to the model in this run so far, this one included; without those about pushes.</summary>
    public int Messages { get; init; }

    /// <summary>Red verifies that the model was told in this run so far.</summary>
    public int FixRounds { get; init; }

    /// <summary>Pushes that were refused and that the model was told in this run so far.</summary>
    public int PushRounds { get; init; }
}
