using Drafthorse.Harness.Models;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Threads;
using Drafthorse.Sandbox.Wire;

namespace Drafthorse.Harness.Agent.Loop;

/// <summary>What an exception means for a run.</summary>
internal static class Failures
{
    private const int MostReason = 2_000;

    public static RunOutcome ToOutcome(Exception exception) => exception switch
    {
        RunEndedException ended => ended.Outcome,
        _ => new RunOutcome
        {
            Status = ThreadStatus.Failed,
            Reason = IsOurs(exception) ? Clip(exception.Message) : "something inside of drafthorse failed unexpectedly; its log says what",
            Failure = exception switch
            {
                ModelException => FailureKind.Model,
                SandboxException or WireException => FailureKind.Sandbox,
                _ => FailureKind.None,
            },
        },
    };

    /// <summary>An overflow that compaction does not cure, in words for people.</summary>
    public static ModelException StillTooLong(ModelException overflow, bool wasCompacted) => new(
        overflow.Kind,
        $"{overflow.Message.TrimEnd('.')}. {(wasCompacted ? "The context was made shorter once and still does not fit" : "The context could not be made shorter")}; the journal keeps all of it. Choose a model with a larger window, or send a shorter message.",
        overflow)
    {
        Model = overflow.Model,
        Status = overflow.Status,
    };

    /// <summary>Our own exceptions are written for people. What the runtime throws is for the log: reasons are posted in public.</summary>
    private static bool IsOurs(Exception exception) => exception.GetType().Assembly.GetName().Name?.StartsWith("Drafthorse", StringComparison.Ordinal) == true;

    private static string Clip(string reason) => reason.Length <= MostReason ? reason : reason[..MostReason] + "...";
}
