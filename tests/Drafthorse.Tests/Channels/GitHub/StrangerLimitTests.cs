using Drafthorse.Channels.GitHub;
using Drafthorse.Channels.GitHub.Inbound;
using Microsoft.Extensions.Time.Testing;

namespace Drafthorse.Tests.Channels.GitHub;

public class StrangerLimitTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 10, 0, 0, TimeSpan.Zero));

    private StrangerLimit New(int person = 2, int repository = 5) =>
        new(new GitHubOptions { StrangerMentionsPerHour = person, StrangerMentionsPerRepositoryAndHour = repository }, _time);

    [Fact]
    public void Exceeds_APersonsCallsInOneRepositoryAndHour_AreCountedApart()
    {
        var limit = New();

        Assert.False(limit.Exceeds(1, 7));
        Assert.True(limit.Take(1, 7));
        Assert.True(limit.Take(1, 7));
        Assert.True(limit.Exceeds(1, 7));
        Assert.False(limit.Exceeds(2, 7));
        Assert.False(limit.Exceeds(1, 8));

        _time.Advance(TimeSpan.FromHours(1));
        Assert.False(limit.Exceeds(1, 7));
    }

    [Fact]
    public void Limit_OfNone_ReactsToNobody_ButAsksAboutEachOnce()
    {
        var limit = New(person: 0);

        Assert.False(limit.Exceeds(1, 7));
        Assert.False(limit.Take(1, 7));
        Assert.True(limit.Exceeds(1, 7));
    }

    [Fact]
    public void Take_ManyPeopleInOneRepository_GetNoMoreReactionsThanItsLimit()
    {
        var limit = New();

        Assert.Equal(5, Enumerable.Range(0, 20).Count(person => limit.Take(1, person)));
        Assert.True(limit.Take(2, 1));
    }
}
