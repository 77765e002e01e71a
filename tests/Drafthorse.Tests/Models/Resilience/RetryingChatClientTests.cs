using Drafthorse.Harness.Models;
using Drafthorse.Harness.Models.Replies;
using Drafthorse.Harness.Models.Resilience;
using Microsoft.Extensions.AI;
using static Drafthorse.Tests.Models.Resilience.FlakyClient;

namespace Drafthorse.Tests.Models.Resilience;

public sealed class RetryingChatClientTests
{
    private readonly InstantTime _time = new(TimeSpan.FromMinutes(4));

    private RetryingChatClient Retrying(FlakyClient inner, double random = 0, TimeSpan? timeout = null) =>
        new(inner, new RetryOptions { Random = () => random, Timeout = timeout ?? TimeSpan.FromMinutes(5) }, _time);

    [Theory]
    [InlineData(0, 2, 4)]
    [InlineData(1, 4, 8)]
    public async Task Ask_PassingFailures_WaitsLongerEachTimeAndAnswers(double random, double first, double second)
    {
        var inner = new FlakyClient(new("", Failure(ModelErrorKind.RateLimited)), new("", Failure(ModelErrorKind.Overloaded)), new("ok"));

        var reply = await Retrying(inner, random).AskAsync();

        Assert.Equal("ok", reply.Text);
        Assert.Equal([first, second], _time.Waits.Select(wait => wait.TotalSeconds));
    }

    [Fact]
    public async Task Ask_ManyAttempts_WaitNeverLongerThanTheBound()
    {
        var inner = new FlakyClient(new Act("", Failure(ModelErrorKind.Unavailable)));
        var client = new RetryingChatClient(inner, new RetryOptions { MaxAttempts = 8, Random = () => 1 }, _time);

        await Assert.ThrowsAsync<ModelException>(() => client.AskAsync());

        Assert.Equal(8, inner.Calls);
        Assert.Equal(30, _time.Waits.Max().TotalSeconds);
    }

    [Fact]
    public async Task Ask_FailsEachTime_GivesUpAfterThreeCalls()
    {
        var inner = new FlakyClient(new Act("", Failure(ModelErrorKind.Unavailable)));

        var exception = await Assert.ThrowsAsync<ModelException>(() => Retrying(inner).AskAsync());

        Assert.Equal(ModelErrorKind.Unavailable, exception.Kind);
        Assert.Equal(3, inner.Calls);
    }

    [Theory]
    [InlineData(ModelErrorKind.Authentication)]
    [InlineData(ModelErrorKind.InvalidRequest)]
    [InlineData(ModelErrorKind.ContextOverflow)]
    [InlineData(ModelErrorKind.QuotaExhausted)]
    [InlineData(ModelErrorKind.ContentFiltered)]
    public async Task Ask_LastingFailure_IsNotRepeated(ModelErrorKind kind)
    {
        var inner = new FlakyClient(new Act("", Failure(kind)));

        await Assert.ThrowsAsync<ModelException>(() => Retrying(inner).AskAsync());

        Assert.Equal(1, inner.Calls);
    }

    [Fact]
    public async Task Ask_RetryAfter_IsObeyed()
    {
        var inner = new FlakyClient(new("", Failure(ModelErrorKind.RateLimited, TimeSpan.FromSeconds(17))), new("ok"));

        await Retrying(inner).AskAsync();

        Assert.Equal(17, Assert.Single(_time.Waits).TotalSeconds);
    }

    [Fact]
    public async Task Ask_RetryAfterLongerThanTheBound_IsNotWaitedFor()
    {
        var inner = new FlakyClient(new("", Failure(ModelErrorKind.RateLimited, TimeSpan.FromMinutes(3))), new("ok"));

        await Assert.ThrowsAsync<ModelException>(() => Retrying(inner).AskAsync());

        Assert.Equal(1, inner.Calls);
    }

    [Fact]
    public async Task Ask_FailsInTheMiddle_SaysThatThePartIsVoid()
    {
        var inner = new FlakyClient(new("par", Failure(ModelErrorKind.Unavailable)), new("whole"));
        var client = Retrying(inner);
        var updates = new List<ChatResponseUpdate>();

        await foreach (var update in client.GetStreamingResponseAsync("hi", cancellationToken: TestContext.Current.CancellationToken))
        {
            updates.Add(update);
        }

        Assert.Equal(["par", "", "whole"], updates.Select(update => update.Text));
        Assert.Equal("Unavailable", updates[1].AdditionalProperties![ModelProperties.Restart]);
        Assert.Equal((2, 3), updates[1].AdditionalProperties![ModelProperties.Retry] is ModelRetry retry ? (retry.Attempt, retry.MaxAttempts) : default);
        var builder = new ModelReplyBuilder();
        updates.ForEach(builder.Add);
        Assert.Equal("whole", builder.Build().Text);
    }

    [Fact]
    public async Task Ask_TakesTooLong_TimesOutAndIsRepeated()
    {
        var inner = new FlakyClient(new("", Hangs: true), new("ok"));
        var client = Retrying(inner, timeout: TimeSpan.FromMinutes(4));

        var exception = await Record.ExceptionAsync(() => client.AskAsync());

        // The second attempt's deadline is over at once too in this time: either it won or it timed out.
        Assert.True(exception is null || ((ModelException)exception).Kind == ModelErrorKind.Timeout);
        Assert.True(inner.Calls > 1);
    }

    [Fact]
    public async Task Ask_Cancelled_StopsWaiting()
    {
        using var cancellation = new CancellationTokenSource();
        var client = new RetryingChatClient(new FlakyClient(new Act("", Failure(ModelErrorKind.RateLimited))), new RetryOptions(), new InstantTime(TimeSpan.Zero));

        var call = client.GetResponseAsync("hi", cancellationToken: cancellation.Token);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }
}
