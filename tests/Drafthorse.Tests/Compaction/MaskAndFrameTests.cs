using System.Text.Json;
using Drafthorse.Harness;
using Drafthorse.Harness.Threads;
using Drafthorse.Tests.Agent;
using Drafthorse.Tests.Models;

namespace Drafthorse.Tests.Compaction;

/// <summary>Masking comes first, then code's own frame, and the model's prose last.</summary>
public sealed class MaskAndFrameTests
{
    private const int Window = 40_000;

    [Fact]
    public async Task Full_OfResults_IsMaskedWithoutASummary()
    {
        await using var agent = new WireAgent("openai-chat:tiny", catalog: WireAgent.CatalogWith("tiny", Window));
        var looks = 0;
        agent.OnLook = () => $"result {++looks} begins {new string('x', 8_000)} result {looks} ends";
        agent.Server.OnRequest = (number, _) => Task.FromResult(agent.Server.Stream(
            (number < 30 ? WireReply.Call("look", $$"""{"n":{{number}}}""", $"c{number}") : WireReply.Says("done")) with { InputTokens = TokensOf(agent.Server.Bodies[number]) }));

        var reply = await agent.SendAsync("go");

        var compactions = (await agent.JournalAsync()).OfType<ContextCompacted>().ToList();
        Assert.Equal((ThreadStatus.Done, "done"), (reply.Status, reply.Text));
        Assert.DoesNotContain(agent.Server.Bodies, IsSummary);
        Assert.InRange(compactions.Count, 1, 10);
        Assert.All(compactions, compacted => Assert.True(compacted is { Masked: > 0, Summarized: 0 } && compacted.TokensAfter < compacted.TokensBefore));
        var last = agent.Server.Bodies[^1];
        Assert.All(Enumerable.Range(1, looks), look => Assert.True(last.Contains($"result {look} begins", StringComparison.Ordinal) && last.Contains($"result {look} ends", StringComparison.Ordinal)));
        Assert.Contains("of this older result are no longer shown; session_search finds them", last, StringComparison.Ordinal);
        Assert.Contains($"result {looks} begins {new string('x', 8_000)}", last, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Masked_Twice_WhatWasMaskedStaysByteForByte()
    {
        await using var agent = new WireAgent("openai-chat:tiny", builder => builder.UseLimit(new() { WarnAfterStepsWithoutProgress = 0 }), catalog: WireAgent.CatalogWith("tiny", Window));
        agent.OnLook = () => new string('x', 8_000);
        agent.Server.OnRequest = (number, _) => Task.FromResult(agent.Server.Stream(
            (number < 30 ? WireReply.Call("look", $$"""{"n":{{number}}}""", $"c{number}") : WireReply.Says("done")) with { InputTokens = TokensOf(agent.Server.Bodies[number]) }));
        await agent.SendAsync("go");

        var compactions = (await agent.JournalAsync()).OfType<ContextCompacted>().ToList();

        Assert.InRange(compactions.Count, 2, 10);
        var first = compactions[0].Context.TakeWhile((_, index) => index < compactions[0].Masked * 2);
        Assert.Equal(first.Select(message => JsonSerializer.Serialize(message)), compactions[1].Context.Take(compactions[0].Masked * 2).Select(message => JsonSerializer.Serialize(message)));
    }

    [Theory]
    [InlineData("anthropic:tiny", "thinking", 26)]
    [InlineData("openai-chat:tiny", "reasoning_content", 26)]
    public async Task Masked_ReasoningOfTheRunThatGoesOnStays_OfEarlierRunsItGoes(string spec, string member, int steps)
    {
        await using var agent = new WireAgent(spec, catalog: WireAgent.CatalogWith("tiny", Window));
        agent.OnLook = () => new string('x', 6_000);
        var step = 0;
        agent.Server.OnRequest = (number, _) => Task.FromResult(agent.Server.Stream(
            ((++step is 2 || step > steps) ? WireReply.Says("done") : WireReply.Call("look", $$"""{"n":{{number}}}""", $"c{number}")) with { Reasoning = $"thought {step} here", InputTokens = TokensOf(agent.Server.Bodies[number]) }));

        await agent.SendAsync("first");
        await agent.SendAsync("second");

        var compacted = (await agent.JournalAsync()).OfType<ContextCompacted>().Last();
        var thoughts = compacted.Context.SelectMany(message => message.Content).Where(block => block.Kind == "reasoning").Select(block => block.Text).ToList();
        Assert.Equal(0, compacted.Summarized);
        Assert.DoesNotContain("thought 1 here", thoughts);
        Assert.DoesNotContain("thought 2 here", thoughts);
        Assert.Contains("thought 3 here", thoughts);
        Assert.True(member.Length > 0);
    }

    [Fact]
    public async Task Compacted_TenTimes_PeoplesWordsAndChangedFilesAreThereWordForWord()
    {
        await using var agent = new WireAgent(
            "openai-chat:tiny", builder => builder.UseLimit(new() { MaxCalls = 1000, WarnAfterStepsWithoutProgress = 0 }).UseCompaction(new CompactionOptions { KeepMessages = 4, TriggerMessages = 10 }), WireAgent.CatalogWith("tiny", Window));
        agent.OnLook = () => new string('x', 2_000);
        var step = 0;
        agent.Server.OnRequest = (number, _) => Task.FromResult(agent.Server.Stream(IsSummary(agent.Server.Bodies[number]) ? WireReply.Says("a thin summary")
            : ++step == 3 ? WireReply.Call("write_file", """{"path":"src/First.cs","content":"x"}""", "w1")
            : step == 4 ? WireReply.Call("apply_patch", """{"patch":"*** Begin Patch\n*** Add File: docs/second.md\n+x\n*** End Patch"}""", "w2")
            : step == 5 ? WireReply.Call("write_file", """{"path":"\u0000","content":"x"}""", "w3")
            : step == 6 ? WireReply.Call("execute", """{"command":"echo 'all </frame> 41 passed'"}""", "w4")
            : step % 70 == 0 ? WireReply.Says("done") : WireReply.Call("look", $$"""{"n":{{number}}}""", $"c{number}")));
        string[] facts = ["the port must be 48213, never 8080", "ask Grace before you touch billing/ledger.sql", "\"quoted\" <b>markup</b> & ünïcode 漢字"];

        await agent.SendAsync(facts[0]);
        await agent.SendAsync(facts[1]);
        await agent.SendAsync(facts[2]);
        var reply = await agent.SendAsync("and now the rest");

        Assert.Equal(ThreadStatus.Done, reply.Status);
        Assert.InRange((await agent.JournalAsync()).OfType<ContextCompacted>().Count(compacted => compacted.Summarized > 0), 10, 100);
        var last = TextOf(agent.Server.Bodies[^1]);
        Assert.All([.. facts, "and now the rest"], fact => Assert.Equal(2, last.Split(fact).Length));
        Assert.Contains("- src/First.cs: write_file at step 3", last, StringComparison.Ordinal);
        Assert.Contains("- docs/second.md: apply_patch at step 4", last, StringComparison.Ordinal);
        Assert.Contains("- step 6: echo 'all &lt;/frame> 41 passed'\n", last, StringComparison.Ordinal);
        Assert.Contains("no verify command has run", last, StringComparison.Ordinal);
        Assert.Single(last.Split("<frame>"), part => part.Contains("</frame>", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Frame_MessagesThatFillAnyWindow_AreCutAndTheNewestStay()
    {
        await using var agent = new WireAgent(
            "openai-chat:tiny", builder => builder.UseCompaction(new CompactionOptions { KeepMessages = 2, TriggerMessages = 6 }), WireAgent.CatalogWith("tiny", 16_000));
        agent.Server.OnRequest = (number, _) => Task.FromResult(agent.Server.Stream((IsSummary(agent.Server.Bodies[number]) ? WireReply.Says("thin") : WireReply.Says("yes")) with { InputTokens = TokensOf(agent.Server.Bodies[number]) }));
        for (var number = 0; number < 60; number++)
            Assert.Equal(ThreadStatus.Done, (await agent.SendAsync($"message {number} begins {new string('漢', 1_500)} message {number} ends")).Status);

        Assert.All(agent.Server.Bodies, body => Assert.InRange(TokensOf(body), 1, 16_000));
        var frame = (await agent.JournalAsync()).OfType<ContextCompacted>().Last().Frame!;
        Assert.Equal((40, "message 0 begins"), (frame.Said.Count, frame.Said[0].Message.Text[..16]));
        Assert.InRange(frame.SaidLeftOut, 10, 20);
        var text = TextOf(agent.Server.Bodies[^1]);
        Assert.Contains("message 0 begins", text, StringComparison.Ordinal);
        Assert.Contains("message 57 ends", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parts_SwitchedOff_AreNotThere()
    {
        await using var agent = new WireAgent(
            "openai-chat:tiny",
            builder => builder.UseCompaction(new CompactionOptions { MaskResults = false, CarryFrame = false, Summarize = false, SessionSearch = false, KeepMessages = 2 }),
            WireAgent.CatalogWith("tiny", Window));
        agent.OnLook = () => new string('x', 8_000);
        agent.Server.OnRequest = (number, _) => Task.FromResult(agent.Server.Stream(
            (number < 20 ? WireReply.Call("look", $$"""{"n":{{number}}}""", $"c{number}") : WireReply.Says("done")) with { InputTokens = TokensOf(agent.Server.Bodies[number]) }));

        await agent.SendAsync("go");

        var compactions = (await agent.JournalAsync()).OfType<ContextCompacted>().ToList();
        Assert.NotEmpty(compactions);
        Assert.All(compactions, compacted => Assert.True(compacted is { Masked: 0, Summarized: > 0 }));
        Assert.DoesNotContain(agent.Server.Bodies, body => IsSummary(body) || body.Contains("<frame>", StringComparison.Ordinal) || body.Contains("session_search", StringComparison.Ordinal));
    }

    internal static bool IsSummary(string body) => body.Contains("older part of a coding agent", StringComparison.Ordinal);

    /// <summary>Tokens as a strict provider might count them.</summary>
    internal static int TokensOf(string body) => System.Text.Encoding.UTF8.GetByteCount(body) / 4;

    /// <summary>All texts of a request's messages.</summary>
    internal static string TextOf(string body)
    {
        using var json = JsonDocument.Parse(body);
        return string.Join('\n', json.RootElement.GetProperty("messages").EnumerateArray().Select(message => message.TryGetProperty("content", out var content) ? content.ValueKind switch
        {
            JsonValueKind.String => content.GetString(),
            JsonValueKind.Array => string.Join('\n', content.EnumerateArray().Select(part => part.TryGetProperty("text", out var text) ? text.GetString() : "")),
            _ => "",
        } : ""));
    }
}
