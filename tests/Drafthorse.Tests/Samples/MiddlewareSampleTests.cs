using System.Diagnostics.Metrics;
using Drafthorse.Harness;
using Drafthorse.Harness.Threads;
using Drafthorse.Sample;
using Microsoft.Extensions.AI;

namespace Drafthorse.Tests.Samples;

public sealed class MiddlewareSampleTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task LintBeforePush_ModelThatSaysItIsDone_MendsWhatTheLinterSays()
    {
        var folder = Directory.CreateTempSubdirectory("drafthorse-");
        var model = TestedAgent.ModelThat(
            """{"calls":[{"name":"write_file","arguments":{"path":"a.txt","content":"TODO"}}]}""", """{"text":"Done."}""",
            """{"expect":"a.txt has a TODO","calls":[{"name":"write_file","arguments":{"path":"a.txt","content":"all of it"}}]}""", """{"text":"Now it is."}""");
        await using var agent = HarnessAgent.CreateBuilder("a").UseModel(model).UseFilesystem(new LocalFilesystemSpec { WorkingDirectory = folder.FullName })
            .Use(new LintBeforePush("! grep -q TODO a.txt || { echo a.txt has a TODO; exit 1; }")).Build();

        var reply = await agent.RunAsync(AgentMessage.Of("write it"), Token);

        Assert.Equal("Now it is.", reply.EnsureDone().Text);
        Assert.Equal("all of it", await File.ReadAllTextAsync(Path.Combine(folder.FullName, "a.txt"), Token));
        folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("cli:second", true, 1)]
    [InlineData("cli:first", true, 0)]
    [InlineData("cli:second", false, 0)]
    public async Task TwoPersonRule_TheToolIsCalled_OnlyWhenSomebodyElseAgreed(string person, bool approves, int called)
    {
        var calls = 0;
        var deploy = AIFunctionFactory.Create((string place) => { calls++; return $"deployed to {place}"; }, "deploy");
        const string Call = """{"calls":[{"name":"deploy","arguments":{"place":"shop"}}]}""";
        await using var agent = HarnessAgent.CreateBuilder("a").UseModel(TestedAgent.ModelThat(Call, Call, """{"text":"That was it."}""")).UseTools(deploy).Use(new TwoPersonRule("deploy")).Build();

        var asked = await agent.RunAsync(AgentMessage.Of("deploy it") with { User = "cli:first" }, Token);
        var before = calls;
        var approval = Assert.Single((await agent.Store.GetThreadAsync(asked.ThreadId, Token))!.Facts.Approvals!);
        var (isTaken, words) = await agent.AnswerAsync(approval, approves, person, "as agreed", Token);
        var again = await agent.AnswerAsync(approval, true, "cli:third", null, Token);
        await foreach (var _ in agent.ResumeAsync(asked.ThreadId, Token))
        {
        }

        Assert.Equal((ThreadStatus.Waiting, 0), (asked.Status, before));
        Assert.True(isTaken, words);
        Assert.False(again.IsTaken);
        Assert.Equal(called, calls);
    }

    [Fact]
    public async Task CostTagger_CountsForTheTeam()
    {
        var seen = new List<string?>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, own) => { if (instrument.Meter.Name == "Sample.Costs") own.EnableMeasurementEvents(instrument); } };
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) => seen.Add(tags[0].Value as string));
        listener.Start();
        using var tagger = new CostTagger(run => run.Thread.Origin.User);
        await using var agent = HarnessAgent.CreateBuilder("a").UseModel(TestedAgent.ModelThat("""{"text":"Four."}""")).Use(tagger).Build();

        await agent.RunAsync(AgentMessage.Of("Two and two?") with { User = "cli:payments" }, Token);

        Assert.Equal("cli:payments", Assert.Single(seen));
    }
}
