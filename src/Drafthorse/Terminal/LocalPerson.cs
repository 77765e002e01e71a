using Drafthorse.Harness.Approvals;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Terminal;

/// <summary>The person at this terminal: known to their own threads, and to no code host.</summary>
internal static class LocalPerson
{
    public static Answerer Answerer { get; } = new()
    {
        Name = WorkTarget.User,
        IsPerson = true,
        Via = "terminal",
        FindRoleAsync = (thread, _) => Task.FromResult(thread.Origin.User == WorkTarget.User ? ApproverRole.Requester : ApproverRole.None),
    };
}
