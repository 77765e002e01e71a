using Drafthorse.Harness.Approvals;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness;

public sealed partial class HarnessAgent
{
    /// <summary>Takes a person's answer to what a thread waits for (<see cref="ThreadFacts.Approvals"/>); a plan, a tool call and the like, not a
    /// question, which any message answers. It counts once, for exactly what was shown; the thread is ready to run then. Whether
    /// the person is who they say, and may answer, is the caller's to know; the two-person rule of <see cref="ApprovalOptions"/> holds.</summary>
    /// <param name="approval">What is answered.</param>
    /// <param name="approves">Yes or no.</param>
    /// <param name="person">Who answers, as threads name people, such as <c>github:octocat</c>.</param>
    /// <param name="reason">Why, for the model; null = nothing was said.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Whether it counts, and a sentence for the person.</returns>
    public async Task<(bool IsTaken, string Words)> AnswerAsync(
        Approval approval, bool approves, string person, string? reason = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(approval);
        ArgumentException.ThrowIfNullOrWhiteSpace(person);
        if (!ThreadId.TryParse(approval.Id.Split('.')[0], out var thread))
        {
            return (false, "This is no approval of a thread.");
        }

        var desk = new ApprovalDesk(Store, _options.Approvals, _options.TimeProvider);
        var result = await desk.AnswerAsync(
            thread,
            new GivenAnswer { Approves = approves, Names = approval.Id, Reason = reason },
            new Answerer { Name = person, IsPerson = true, Via = "library", FindRoleAsync = (_, _) => Task.FromResult(ApproverRole.Maintainer) },
            cancellationToken).ConfigureAwait(false);
        return (result.Outcome == AnswerOutcome.Taken, result.Words);
    }
}
