using Drafthorse.Harness.Middleware;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Threads;
using Drafthorse.Sandbox.Wire;

namespace Drafthorse.Harness.Agent.Loop;

/// <summary>What an exception means for a run.</summary>
internal static class Failures
{
    public static RunOutcome ToOutcome(Exception exception) => exception switch
    {
        RunEndedException ended => ended.Outcome,
        _ => new RunOutcome
        {
            Status = ThreadStatus.Failed,
            Reason = exception.Message,
            Failure = exception switch
            {
                ModelException => FailureKind.Model,
                SandboxException or WireException => FailureKind.Sandbox,
                _ => FailureKind.None,
            },
        },
    };
}
