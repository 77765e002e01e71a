using Drafthorse.Harness.Events;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Cli;

/// <summary>How a run in the terminal is shown: for people or for programs.</summary>
internal interface IRunOutput
{
    void Show(AgentEvent agentEvent);

    void Finished(JournalAppended end, PullRequestRef? pullRequest);

    void Cancelled(ThreadId thread);
}
