using Drafthorse.Events;
using Drafthorse.Harness;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Terminal.Output;

/// <summary>One JSON object per line on standard output, flushed line by line. Whatever happens, the last is one <c>run.finished</c>.</summary>
internal sealed class JsonOutput : IRunOutput
{
    private readonly Stream _output = StandardOutput.Open();
    private ThreadId? _thread;
    private long _position;
    private bool _broken;
    private bool _ended;

    public void Show(AgentEvent agentEvent)
    {
        _thread = agentEvent.ThreadId;
        if (agentEvent is JournalAppended appended)
            _position = appended.Position;
        if (agentEvent is JournalAppended { Event: RunFinished finished } end)
        {
            WriteLine(EventJson.WriteEarlierEnd(end.ThreadId, end.Position, end.At, finished).Span);
            return;
        }

        foreach (var line in EventJson.Write(agentEvent, _position, DateTimeOffset.UtcNow))
            WriteLine(line.Span);
    }

    public void Finished(JournalAppended end, PullRequestRef? pullRequest) =>
        WriteEnd(EventJson.Write(end.ThreadId, end.Position, end.At, end.Event, pullRequest));

    public void Cancelled(ThreadId thread, bool elsewhere)
    {
        _thread = thread;
        WriteEnd(ThreadStatus.Cancelled, elsewhere ? "stopped following; the run in the other process goes on" : "cancelled");
    }

    /// <summary>The command ends without a run's end: there was none, or it is not known. Nothing when an end was written.</summary>
    public void Failed(string reason) => WriteEnd(ThreadStatus.Failed, reason);

    /// <summary>The command was ended before a run began. Nothing when an end was written.</summary>
    public void Cancelled() => WriteEnd(ThreadStatus.Cancelled, "cancelled");

    private void WriteEnd(ThreadStatus outcome, string reason) =>
        WriteEnd([EventJson.WriteEnd(_thread, _position, DateTimeOffset.UtcNow, new RunFinished { Outcome = ThreadStatusNames.Of(outcome), Reason = reason })]);

    private void WriteEnd(IEnumerable<ReadOnlyMemory<byte>> lines)
    {
        if (_ended)
            return;
        _ended = true;
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
