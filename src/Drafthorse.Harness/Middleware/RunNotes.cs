using System.Collections.Concurrent;

namespace Drafthorse.Harness;

/// <summary>What code has to tell a run's people beside how it ended. Kept with the run.</summary>
internal sealed class RunNotes
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyList<string> Lines => [.. _lines];

    public static RunNotes Of(RunContext run)
    {
        if (run.Get<RunNotes>() is { } known)
            return known;
        var notes = new RunNotes();
        run.Set(notes);
        return notes;
    }

    public void Add(IEnumerable<string> lines)
    {
        foreach (var line in lines)
            _lines.Enqueue(line);
    }
}
