using Drafthorse.Harness.Models;
using Drafthorse.Harness.Models.Resilience;
using static Drafthorse.Tests.Models.Resilience.FlakyClient;

namespace Drafthorse.Tests.Models.Resilience;

public sealed class FallbackChatClientTests
{
    private static FallbackChatClient Over(params FlakyClient[] clients) =>
        new([.. clients.Select((client, index) => new FallbackModel($"openai:m{index}", client))]);

    [Theory]
    [InlineData(ModelErrorKind.RateLimited)]
    [InlineData(ModelErrorKind.Overloaded)]
    [InlineData(ModelErrorKind.Unavailable)]
    [InlineData(ModelErrorKind.Timeout)]
    [InlineData(ModelErrorKind.QuotaExhausted)]
    public async Task Ask_FirstIsOut_NextAnswersAndIsNamed(ModelErrorKind kind)
    {
        var reply = await Over(new(new Act("", Failure(kind))), new FlakyClient(new Act("ok"))).AskAsync();

        Assert.Equal(("ok", "openai:m1"), (reply.Text, reply.Model));
    }

    [Fact]
    public async Task Ask_FirstFailsAfterItsFirstWords_TheyAreVoid()
    {
        var reply = await Over(new(new Act("half", Failure(ModelErrorKind.Unavailable))), new FlakyClient(new Act("whole"))).AskAsync();

        Assert.Equal(("whole", "openai:m1"), (reply.Text, reply.Model));
    }

    [Fact]
    public async Task Ask_FirstAnswers_IsNamedAndNobodyElseAsked()
    {
        var second = new FlakyClient(new Act("no"));

        var reply = await Over(new FlakyClient(new Act("yes")), second).AskAsync();

        Assert.Equal(("yes", "openai:m0"), (reply.Text, reply.Model));
        Assert.Equal(0, second.Calls);
    }

    [Theory]
    [InlineData(ModelErrorKind.Authentication)]
    [InlineData(ModelErrorKind.InvalidRequest)]
    [InlineData(ModelErrorKind.ContextOverflow)]
    [InlineData(ModelErrorKind.ContentFiltered)]
    public async Task Ask_FailureOfOurs_IsReportedInsteadOfHidden(ModelErrorKind kind)
    {
        var second = new FlakyClient(new Act("no"));

        var exception = await Assert.ThrowsAsync<ModelException>(() => Over(new(new Act("", Failure(kind))), second).AskAsync());

        Assert.Equal(kind, exception.Kind);
        Assert.Equal(0, second.Calls);
    }

    [Fact]
    public async Task Ask_AllAreOut_LastFailureIsTold()
    {
        var client = Over(new(new Act("", Failure(ModelErrorKind.RateLimited))), new FlakyClient(new Act("", Failure(ModelErrorKind.Overloaded))));

        var exception = await Assert.ThrowsAsync<ModelException>(() => client.AskAsync());

        Assert.Equal(ModelErrorKind.Overloaded, exception.Kind);
    }

    [Fact]
    public async Task Ask_NextCall_BeginsWithTheFirstAgain()
    {
        var first = new FlakyClient(new("", Failure(ModelErrorKind.RateLimited)), new("back"));
        var client = Over(first, new FlakyClient(new Act("helped")));

        Assert.Equal("helped", (await client.AskAsync()).Text);
        Assert.Equal("back", (await client.AskAsync()).Text);
    }
}
