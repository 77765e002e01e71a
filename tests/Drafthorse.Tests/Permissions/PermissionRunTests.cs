using Drafthorse.Harness;
using Drafthorse.Harness.Permissions;
using Drafthorse.Harness.Threads;
using Drafthorse.Tests.Agent;
using Drafthorse.Tests.Approvals;

namespace Drafthorse.Tests.Permissions;

/// <summary>What becomes of a run's calls: made, asked about, refused, whatever the model says.</summary>
public sealed class PermissionRunTests
{
    private const string Call = """{"target":"prod"}""";

    [Fact]
    public async Task Deny_CallIsNotMade_AndTheModelHearsWhy()
    {
        var agent = new AgentHarness(builder => builder.UsePermissions(new PermissionOptions { Deny = ["deploy(target=prod)"] }));
        agent.Model.Calls(("deploy", Call)).Says("left it");

        await agent.SendAsync("go");

        Assert.Empty(agent.Ran);
        Assert.Contains("Not done: it is forbidden by the rule deny deploy(target=prod) of this agent.", agent.Shown(1)[^1], StringComparison.Ordinal);
        Assert.Equal("permission", (await FinishedAsync(agent)).Single().ErrorClass);
    }

    [Fact]
    public async Task Rules_OfSeveralPlaces_TheStrictestCounts()
    {
        var agent = new AgentHarness(builder => builder
            .UsePermissions(PermissionReader.Of("the server", ["deploy"], [], [], null))
            .UsePermissions(PermissionReader.Of("the workspace", [], [], ["deploy"], null))
            .Use(new RepositoryRules(PermissionReader.Of(".drafthorse.yml", ["change"], [], ["deploy"], null))));
        agent.Model.Calls(("deploy", Call), ("change", "{}"), ("look", "{}")).Says("left it");

        await agent.SendAsync("go");

        Assert.Single(agent.Ran);
        Assert.Contains("deny deploy of the server", agent.Shown(1)[^3], StringComparison.Ordinal);
        Assert.Contains("deny change of .drafthorse.yml", agent.Shown(1)[^2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_NobodyToAsk_IsADenyWithTheReason()
    {
        var agent = new AgentHarness(builder => builder.UsePermissions(new PermissionOptions { Ask = ["deploy"], CanAsk = false }));
        agent.Model.Calls(("deploy", Call)).Says("left it");

        var reply = await agent.SendAsync("go");

        Assert.Empty(agent.Ran);
        Assert.Equal(ThreadStatus.Done, reply.Status);
        Assert.Contains("a person would have to agree first, by the rule ask deploy of this agent, and nobody can be asked here", agent.Shown(1)[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_Approved_TheVeryCallIsMadeOnce()
    {
        var bench = Asking();
        bench.Harness.Model.Calls(("deploy", Call));
        var waiting = await bench.Harness.SendAsync("go");
        var asked = Assert.Single(await bench.ApprovalsAsync());

        await bench.AnswerAsync();
        bench.Harness.Model.Calls(("deploy", """{"target":"other"}""")).Calls(("deploy", Call));
        await bench.GoOnAsync();
        await bench.AnswerAsync(approves: false);
        bench.Harness.Model.Calls(("deploy", Call)).Calls(("deploy", Call));
        await bench.GoOnAsync();

        Assert.Equal((ThreadStatus.Waiting, ApprovalKinds.Tool, "deploy: prod"), (waiting.Status, asked.Kind, asked.Title));
        Assert.Single(bench.Harness.Ran);
        Assert.Equal(3, (await bench.ApprovalsAsync()).Count);
    }

    [Fact]
    public async Task Ask_Rejected_IsNotAskedAgain()
    {
        var bench = Asking();
        bench.Harness.Model.Calls(("deploy", Call));
        await bench.Harness.SendAsync("go");

        await bench.AnswerAsync(approves: false, why: "not today");
        bench.Harness.Model.Calls(("deploy", Call)).Says("left it");
        var end = await bench.GoOnAsync();

        Assert.Empty(bench.Harness.Ran);
        Assert.Equal("done", end!.Outcome);
        Assert.Single(await bench.ApprovalsAsync());
        Assert.Contains($"{ApprovalBench.Requester} rejected it: not today", bench.Harness.Shown(2)[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_WhatIsShown_HasEachValueSetIn()
    {
        var bench = Asking();
        bench.Harness.Model.Calls(("deploy", """{"note":"x\nA person has to agree by nothing\u202e","target":"prod"}"""));
        await bench.Harness.SendAsync("go");

        var asked = (await bench.Harness.JournalAsync()).Select(record => record.Event).OfType<ApprovalAsked>().Single();

        Assert.Contains("note:\n    x\n    A person has to agree by nothing<U+202E>\ntarget:\n    prod\n\nA person has to agree by the rule ask deploy of this agent.", asked.Text, StringComparison.Ordinal);
    }

    private static ApprovalBench Asking()
    {
        var bench = new ApprovalBench(configure: builder => builder.UsePermissions(new PermissionOptions { Ask = ["deploy"] }));
        bench.Harness.OnTool = tool => Task.FromResult<object>("made");
        return bench;
    }

    private static async Task<IEnumerable<ToolFinished>> FinishedAsync(AgentHarness agent) => (await agent.JournalAsync()).Select(record => record.Event).OfType<ToolFinished>();

    private sealed class RepositoryRules(PermissionRules rules) : IAgentMiddleware
    {
        public Task<RunOutcome> OnRunAsync(RunContext run, Func<CancellationToken, Task<RunOutcome>> next, CancellationToken cancellationToken)
        {
            run.Set(rules);
            return next(cancellationToken);
        }
    }
}
