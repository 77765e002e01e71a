using Drafthorse.Harness.Runs;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Tests.Runs;

public sealed class QueueReasonTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);
    private static readonly RunLimits Limits = new() { PerUser = 2, PerRepository = 3, PerOrganization = 9 };

    [Theory]
    [InlineData(0, 0, 0, "a free worker")]
    [InlineData(2, 2, 2, "another run of ann to end: a user has 2 at a time at most")]
    [InlineData(2, 1, 3, "another run on o/r to end: a repository has 3 at a time at most")]
    [InlineData(9, 1, 1, "another run to end: there are 9 at a time at most")]
    public void Queued_SaysWhichLimitIsReached(int total, int ofUser, int ofRepository, string reason)
    {
        var running = new RunningThreads(total, new Dictionary<string, int> { ["github:ann"] = ofUser }, new Dictionary<string, int> { ["o/r"] = ofRepository });

        Assert.Equal(reason, QueueReason.Of(Thread(ThreadStatus.Queued), running, Limits, Now));
    }

    [Fact]
    public void OfATerminalOrALaterTime_SaysSo()
    {
        var none = new RunningThreads(0, new Dictionary<string, int>(), new Dictionary<string, int>());
        var later = Thread(ThreadStatus.Queued) with { ReadyAt = Now.AddMinutes(1) };
        var terminal = Thread(ThreadStatus.Queued) with { Origin = new ThreadOrigin { Channel = "cli", User = "ann" } };

        Assert.Equal("its time, 2026-11-23 09:01:00 UTC", QueueReason.Of(later, none, Limits, Now));
        Assert.Equal("a terminal that takes it", QueueReason.Of(terminal, none, Limits, Now));
        Assert.Null(QueueReason.Of(Thread(ThreadStatus.Running), none, Limits, Now));
    }

    private static ThreadRecord Thread(ThreadStatus state) => new()
    {
        Id = ThreadId.FromKey("a"),
        Key = "a",
        State = state,
        ReadyAt = Now,
        Origin = new ThreadOrigin { Channel = "github", User = "github:ann", Repository = new RepositoryRef("github.com", "o", "r", "https://github.com/o/r.git") },
    };
}
