using Drafthorse.Harness.Models;
using Microsoft.Extensions.AI;

namespace Drafthorse.Tests.Models;

public sealed class TokenEstimatorTests
{
    [Theory]
    [InlineData("The quick brown fox jumps over the lazy dog. ", 10)]
    [InlineData("public static int Add(int left, int right) => left + right;\n", 15)]
    [InlineData("敏捷的棕色狐狸跳过了懒狗。", 13)]
    public void Estimate_Text_IsNotTooFew(string text, int tokens)
    {
        var estimate = new TokenEstimator().Estimate(new ChatMessage(ChatRole.User, string.Concat(Enumerable.Repeat(text, 100))));

        Assert.InRange(estimate, tokens * 85, tokens * 250);
    }

    [Fact]
    public void Estimate_Request_CountsInstructionsToolsCallsResultsAndImages()
    {
        var estimator = new TokenEstimator();
        ChatMessage[] messages =
        [
            new(ChatRole.User, [new DataContent(new byte[10_000], "image/png")]),
            new(ChatRole.Assistant, [ModelTest.Call("a", "x", new string('a', 3_300))]),
            new(ChatRole.Tool, [new FunctionResultContent("a", new string('b', 3_300))]),
        ];

        Assert.InRange(estimator.Estimate(messages), 3_600, 3_800);
        Assert.True(estimator.Estimate(messages, ModelTest.Options()) > estimator.Estimate(messages) + 20);
    }

    [Fact]
    public void Calibrate_Reports_AreLearntWithinBounds()
    {
        var estimator = new TokenEstimator();
        var message = new ChatMessage(ChatRole.User, new string('a', 33_000));
        var before = estimator.Estimate(message);

        estimator.Calibrate(before, before * 8 / 10);
        Assert.Equal(before, estimator.Estimate(message));

        estimator.Calibrate(before, before * 12 / 10);
        Assert.InRange(estimator.Estimate(message), before * 1.19, before * 1.21);

        estimator.Calibrate(estimator.Estimate(message), 1_000_000_000);
        Assert.InRange(estimator.Estimate(message), (before * 2) - 2, before * 2);

        estimator.Calibrate(10, 5);
        Assert.InRange(estimator.Estimate(message), (before * 2) - 2, before * 2);
    }

    [Fact]
    public void Estimate_ListAfterList_IsAsIfItWereTheFirst()
    {
        var estimator = new TokenEstimator();
        var system = new ChatMessage(ChatRole.System, new string('s', 700));
        ChatMessage[] messages = [.. Enumerable.Range(1, 8).Select(n => new ChatMessage(ChatRole.User, new string('a', n * 100)))];
        IReadOnlyList<ChatMessage>[] lists = [messages[..3], messages[..6], [system, .. messages[..6]], [system, .. messages], messages[..2], [.. messages[..2], messages[7]], [system], [], messages];

        foreach (var list in lists)
        {
            Assert.Equal(new TokenEstimator().Estimate(list), estimator.Estimate(list));
        }
    }
}
