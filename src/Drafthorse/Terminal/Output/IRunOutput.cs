using Drafthorse.Harness;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Terminal.Output;

/// <summary>How a run in the terminal is shown: for people or for programs.</summary>
internal interface IRunOutput
{
    /// <summary>Throws an <see cref="IOException"/> when nobody reads it any more.</summary>
    void Show(AgentEvent agentEvent);

    void Finished(JournalAppended end, PullRequestRef? pullRequest);

    /// <summary>This process stopped before the run's end; <paramref name="elsewhere"/>: it only followed another process's run.</summary>
    void Cancelled(ThreadId thread, bool elsewhere);
}
