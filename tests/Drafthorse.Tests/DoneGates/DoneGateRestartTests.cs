using Drafthorse.Harness;
using Drafthorse.Harness.Context;
using Drafthorse.Harness.Threads;
using Drafthorse.Tests.Agent;
using Drafthorse.Tests.Models;
using static Drafthorse.Tests.DoneGates.DoneWorld;

namespace Drafthorse.Tests.DoneGates;

/// <summary>What the gate told is in the journal: a successor repeats nothing and leaves nothing out, and requests only grow.</summary>
public sealed class DoneGateRestartTests
{
    [Fact]
    public async Task DeathBehindEachCommit_SameMessagesOnce_AndVerifiedAsOften()
    {
        var deaths = 0;
        for (var commit = 1; ; commit++)
        {
            await using var world = new DoneWorld([Says("", "seq 30 > much.txt; echo 1 > red"), Says("Done."), Says("", "rm red"), Says("Yes.")]);
            if (!await world.RunWithDeathAsync(commit))
                break;

            deaths++;
            var journal = await world.JournalAsync();
            Assert.Equal(ThreadStatusNames.Of(ThreadStatus.Done), Assert.Single(journal.OfType<RunFinished>()).Outcome);
            if (journal.OfType<ToolFinished>().Any(finished => finished.IsError))
                continue; // Whether the command ran before the death nobody knows here, and so neither what there is to be told.
            var happened = $"commit {commit}: {string.Join(" | ", journal.Select(one => one is NoticeGiven notice ? $"notice {notice.Topic}" : one is DoneJudged judged ? $"{judged.Result} {judged.Reason}" : one.GetType().Name))}";
            Assert.True((await world.MessagesAsync()) is [{ } message] && message.Text.Contains("* verify:", StringComparison.Ordinal), happened);
            Assert.Equal([false, true], journal.OfType<VerifyFinished>().Select(verify => verify.Passed));
            Assert.Equal(["told", "passed"], journal.OfType<DoneJudged>().Select(judged => judged.Result));
            Assert.Equal("Yes.", Assert.Single(journal.OfType<RunFinished>()).FinalText);
        }

        Assert.InRange(deaths, 8, 20);
    }

    [Fact]
    public void Compaction_CarriesWhatWasTold()
    {
        var conversation = new Conversation();
        var judged = new DoneJudged { Step = 3, Result = "told", Messages = 1, FixRounds = 1 };

        conversation.Apply(new ContextCompacted { Judged = judged });

        Assert.Equal(judged, conversation.Judged);
        conversation.Apply(new RunFinished());
        Assert.Null(conversation.Judged);
    }

    [Fact]
    public void Journal_OfAnOlderBuild_ReadsOn()
    {
        var compacted = Assert.IsType<ContextCompacted>(JournalEvents.Decode("context.compacted", """{"system":"s","step":4}"""));
        var verified = Assert.IsType<VerifyFinished>(JournalEvents.Decode("verify.finished", """{"round":1,"results":[{"command":"x"}]}"""));
        var judged = Assert.IsType<DoneJudged>(JournalEvents.Decode("done.judged", """{"future":1}"""));

        Assert.Null(compacted.Judged);
        Assert.Null(verified.Results[0].Excerpt);
        Assert.Equal(0, judged.Messages);
    }

    [Theory]
    [InlineData("openai-chat:m")]
    [InlineData("openai:m")]
    [InlineData("anthropic:claude-opus-5-5")]
    public async Task Message_RequestsOnlyGrow(string spec)
    {
        await using var agent = new WireAgent(spec, builder => builder.UseDoneGate());
        agent.Server.Answers(WireReply.Call("write_file", """{"path":"a.txt","content":"x"}"""), WireReply.Says("done"), WireReply.Says("yes"));

        await agent.SendAsync("go");

        var bodies = agent.Server.Bodies;
        Assert.Equal(3, bodies.Count);
        Assert.Contains("Answer each of these", bodies[2], StringComparison.Ordinal);
        for (var index = 1; index < bodies.Count; index++)
            Assert.StartsWith(RequestPrefix.Of(bodies[index - 1]), bodies[index], StringComparison.Ordinal);
    }
}
