using Drafthorse.Events;
using Drafthorse.Harness.Events;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Threads.Journal;

namespace Drafthorse.Terminal.Output;

/// <summary>One JSON object per line on standard output, flushed line by line.</summary>
internal sealed class JsonOutput : IRunOutput
{
    private readonly Stream _output = StandardOutput.Open();
    private long _position;
    private bool _broken;

    public void Show(AgentEvent agentEvent)
    {
        if (agentEvent is JournalAppended appended)
            _position = appended.Position;
        foreach (var line in EventJson.Write(agentEvent, _position, DateTimeOffset.UtcNow))
            WriteLine(line.Span);
    }

    public void Finished(JournalAppended end, PullRequestRef? pullRequest) =>
        WriteEnd(EventJson.Write(end.ThreadId, end.Position, end.At, end.Event, pullRequest));

    public void Cancelled(ThreadId thread, bool elsewhere)
    {
        var end = new RunFinished
        {
            Outcome = ThreadStatusNames.Of(ThreadStatus.Cancelled),
            Reason = elsewhere ? "stopped following; the run in the other process goes on" : "cancelled",
        };
        WriteEnd(EventJson.Write(thread, _position, DateTimeOffset.UtcNow, end, null));
    }

    private void WriteEnd(IEnumerable<ReadOnlyMemory<byte>> lines)
    {
        try
        {
            foreach (var line in lines)
                WriteLine(line.Span);
        }
        catch (IOException)
        {
            // Whoever read has left; the exit code and the journal say how it ended.
        }
    }

    private void WriteLine(ReadOnlySpan<byte> line)
    {
        if (_broken)
            return;
        try
        {
            _output.Write([.. line, (byte)'\n']);
            _output.Flush();
        }
        catch (IOException)
        {
            _broken = true;
            throw;
        }
    }
}
