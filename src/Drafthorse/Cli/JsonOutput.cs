using Drafthorse.Events;
using Drafthorse.Harness.Events;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Threads.Journal;

namespace Drafthorse.Cli;

/// <summary>One JSON object per line on standard output, flushed line by line.</summary>
internal sealed class JsonOutput : IRunOutput
{
    private readonly Stream _output = Console.OpenStandardOutput();
    private long _position;

    public void Show(AgentEvent agentEvent)
    {
        if (agentEvent is JournalAppended appended)
            _position = appended.Position;
        foreach (var line in EventJson.Write(agentEvent, _position, DateTimeOffset.UtcNow))
            WriteLine(line.Span);
    }

    public void Finished(JournalAppended end, PullRequestRef? pullRequest)
    {
        foreach (var line in EventJson.Write(end.ThreadId, end.Position, end.At, end.Event, pullRequest))
            WriteLine(line.Span);
    }

    public void Cancelled(ThreadId thread)
    {
        var end = new RunFinished { Outcome = ThreadStatusNames.Of(ThreadStatus.Cancelled), Reason = "cancelled" };
        foreach (var line in EventJson.Write(thread, _position + 1, DateTimeOffset.UtcNow, end, null))
            WriteLine(line.Span);
    }

    private void WriteLine(ReadOnlySpan<byte> line)
    {
        _output.Write(line);
        _output.Write("\n"u8);
        _output.Flush();
    }
}
