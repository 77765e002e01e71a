using Drafthorse.Harness;
using Drafthorse.Harness.Approvals;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Tests.Approvals;

/// <summary>Who answers what, and when: each answer is taken exactly once, or refused with its sentence.</summary>
public sealed class ApprovalDeskTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ask_RunEndsWaitingAndNothingMoreIsSpent()
    {
        var bench = new ApprovalBench();

        var reply = await bench.AskAsync(ApprovalBench.Call("deploy to production"));

        var approval = Assert.Single(await bench.ApprovalsAsync());
        Assert.Equal(ThreadStatus.Waiting, reply.Status);
        Assert.Equal((ApprovalKinds.Tool, "deploy to production", ApprovalState.Open), (approval.Kind, approval.Title, approval.State));
        Assert.Equal(bench.Time.GetUtcNow().AddDays(7), approval.ExpiresAt);
        Assert.Equal($"{bench.Harness.ThreadId}.1", approval.Id);
        var shown = await bench.Harness.Store.ReadApprovalAsync(bench.Harness.ThreadId, approval, Token);
        Assert.Equal(("deploy to production", approval.Hash), (shown!.Text, shown.Hash));
        Assert.Null(await bench.GoOnAsync());
        Assert.Single(bench.Harness.Model.Requests);
        Assert.Equal(approval.Id, Assert.Single((await LastEndAsync(bench)).WaitsFor!).Id);
    }

    [Theory]
    [InlineData(true, "Approved: the tool call")]
    [InlineData(false, "Rejected: the tool call")]
    public async Task Answer_ByWhoMay_IsTakenAndTheModelGoesOn(bool approves, string told)
    {
        var bench = new ApprovalBench();
        await bench.AskAsync(ApprovalBench.Call("deploy"));
        bench.Harness.Model.Says("on it");

        var result = await bench.AnswerAsync(approves, why: "because of x");
        var end = await bench.GoOnAsync();

        Assert.Equal(AnswerOutcome.Taken, result.Outcome);
        Assert.Equal("done", end!.Outcome);
        var closed = Assert.Single(await bench.ApprovalsAsync());
        Assert.Equal((approves ? ApprovalState.Approved : ApprovalState.Rejected, ApprovalBench.Requester, "because of x"), (closed.State, closed.By, closed.Reason));
        Assert.Contains($"{told} {closed.ShortHash}.\nbecause of x", bench.Harness.Shown(1)[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cli:stranger", true, "cli:stranger may not answer the tool call HASH: that is for who asked for the work, or a maintainer.")]
    [InlineData("http:api", false, "Only a person can answer the tool call HASH: http:api is a machine, or a token that belongs to nobody.")]
    public async Task Answer_ByWhoMayNot_IsRefused(string who, bool isPerson, string words)
    {
        var bench = new ApprovalBench();
        await bench.AskAsync(ApprovalBench.Call("deploy"));
        bench.Roles["http:api"] = ApproverRole.Maintainer;

        var result = await bench.AnswerAsync(who: who, isPerson: isPerson);

        Assert.Equal(AnswerOutcome.NotAllowed, result.Outcome);
        Assert.Equal(words.Replace("HASH", result.Approval!.ShortHash, StringComparison.Ordinal), result.Words);
        Assert.Null(await bench.GoOnAsync());
    }

    [Fact]
    public async Task Answer_Twice_TheSecondIsToldWhoWasFirst()
    {
        var bench = new ApprovalBench();
        await bench.AskAsync(ApprovalBench.Call("deploy"));
        bench.Harness.Model.Says("on it");

        var first = await bench.AnswerAsync(source: "github:comment:1/1");
        var redelivered = await bench.AnswerAsync(source: "github:comment:1/1");
        var second = await bench.AnswerAsync(approves: false, who: "github:boss");
        await bench.GoOnAsync();
        var late = await bench.AnswerAsync(approves: false, names: first.Approval!.ShortHash, who: "github:boss");
        var redeliveredLate = await bench.AnswerAsync(source: "github:comment:1/1");

        Assert.Equal([AnswerOutcome.Taken, AnswerOutcome.Taken, AnswerOutcome.Refused, AnswerOutcome.Refused, AnswerOutcome.Taken], new[] { first, redelivered, second, late, redeliveredLate }.Select(result => result.Outcome));
        Assert.Equal($"The tool call {first.Approval.ShortHash} was answered a moment ago by cli:tester.", second.Words);
        Assert.Equal($"The tool call {first.Approval.ShortHash} was approved by cli:tester before. Nothing waits for an approval here.", late.Words);
        Assert.Equal(2, bench.Harness.Model.Requests.Count);
    }

    [Fact]
    public async Task Answer_ManyAtOnceOnManyReplicas_OneIsTaken()
    {
        var bench = new ApprovalBench();
        await bench.AskAsync(ApprovalBench.Call("deploy"));
        bench.Harness.Model.Says("on it");

        var results = await Task.WhenAll(Enumerable.Range(0, 40).Select(n => Task.Run(() => bench.AnswerAsync(approves: n % 2 == 0, who: n % 3 == 0 ? "github:boss" : ApprovalBench.Requester, source: $"s{n}"))));
        await bench.GoOnAsync();

        Assert.Single(results, result => result.Outcome == AnswerOutcome.Taken);
        Assert.Single((await bench.Harness.JournalAsync()).Select(record => record.Event).OfType<ApprovalClosed>());
        Assert.Equal(2, bench.Harness.Model.Requests.Count);
    }

    [Fact]
    public async Task Answer_BareWithTwoOpen_HasToSayWhich()
    {
        var bench = new ApprovalBench();
        await bench.AskAsync(ApprovalBench.Call("deploy a"), ApprovalBench.Call("deploy b"));
        var (first, second) = ((await bench.ApprovalsAsync())[0], (await bench.ApprovalsAsync())[1]);
        bench.Harness.Model.Says("on it").Says("and that");

        var bare = await bench.AnswerAsync();
        var named = await bench.AnswerAsync(names: second.ShortHash.ToUpperInvariant());
        await bench.GoOnAsync();
        var last = await bench.AnswerAsync();

        Assert.Equal(AnswerOutcome.Refused, bare.Outcome);
        Assert.StartsWith($"2 approvals are open, so say which one you mean: the tool call: approve {first.ShortHash} or reject {first.ShortHash} WHY, until 2026-12-06 08:00 UTC; the tool call: approve {second.ShortHash}", bare.Words, StringComparison.Ordinal);
        Assert.Equal((AnswerOutcome.Taken, AnswerOutcome.Taken), (named.Outcome, last.Outcome));
        Assert.Equal((second.Id, first.Id), (named.Approval!.Id, last.Approval!.Id));
    }

    [Theory]
    [InlineData("0123abcd", "No approval of this thread has the hash 0123abcd. Open is the tool call: approve")]
    [InlineData("short", "No approval of this thread has the hash short.")]
    public async Task Answer_WithAHashOfSomethingElse_IsRefused(string hash, string words)
    {
        var bench = new ApprovalBench();
        await bench.AskAsync(ApprovalBench.Call("deploy"));

        var result = await bench.AnswerAsync(names: hash);

        Assert.Equal(AnswerOutcome.Unknown, result.Outcome);
        Assert.StartsWith(words, result.Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_ToWhatChangedSince_SaysSo()
    {
        var bench = new ApprovalBench();
        await bench.AskAsync(new ApprovalRequest { Kind = ApprovalKinds.Plan, Text = "1. old" });
        var old = (await bench.ApprovalsAsync())[0];
        await bench.AskAsync(new ApprovalRequest { Kind = ApprovalKinds.Plan, Text = "1. new" });

        var result = await bench.AnswerAsync(names: old.ShortHash);

        Assert.Equal(AnswerOutcome.Refused, result.Outcome);
        Assert.StartsWith($"The plan {old.ShortHash} changed since, so an answer to it does not count. Open is the plan: approve {(await bench.ApprovalsAsync())[1].ShortHash}", result.Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_AfterCancel_IsRefusedAlsoWhenTheThreadGoesOn()
    {
        var bench = new ApprovalBench();
        await bench.AskAsync(ApprovalBench.Call("deploy"));
        var approval = (await bench.ApprovalsAsync())[0];
        bench.Harness.Model.Says("hello");

        await bench.Harness.Agent.CancelAsync(bench.Harness.ThreadId, Token);
        var cancelled = await bench.AnswerAsync();
        var next = await bench.Harness.SendAsync("something else");
        var later = await bench.AnswerAsync(names: approval.ShortHash);

        Assert.Equal((AnswerOutcome.Refused, $"The work was cancelled, and with it the tool call {approval.ShortHash}. Ask for it again."), (cancelled.Outcome, cancelled.Words));
        Assert.Equal(ThreadStatus.Done, next.Status);
        Assert.Equal($"The tool call {approval.ShortHash} was cancelled with the work. Nothing waits for an approval here.", later.Words);
    }

    [Fact]
    public async Task Answer_UnderTheTwoPersonRule_NeedsSomebodyElse()
    {
        var bench = new ApprovalBench(new ApprovalOptions { TwoPersons = true });
        await bench.AskAsync(ApprovalBench.Call("deploy"));
        bench.Roles[ApprovalBench.Requester] = ApproverRole.RequesterAndMaintainer;

        var own = await bench.AnswerAsync();
        var other = await bench.AnswerAsync(who: "github:boss");

        Assert.Equal(AnswerOutcome.NotAllowed, own.Outcome);
        Assert.StartsWith("cli:tester asked for this work, and the two-person rule wants somebody else", own.Words, StringComparison.Ordinal);
        Assert.Equal(AnswerOutcome.Taken, other.Outcome);
    }

    [Fact]
    public async Task Answer_InAnotherThread_FindsNothingThere()
    {
        var bench = new ApprovalBench();
        await bench.AskAsync(ApprovalBench.Call("deploy"));
        var hash = (await bench.ApprovalsAsync())[0].ShortHash;
        bench.Harness.Model.Says("hello");
        var other = await bench.Harness.Agent.RunAsync(AgentMessage.Of("hi") with { ThreadKey = "cli:other" }, Token);

        var result = await bench.NewDesk().AnswerAsync(
            other.ThreadId, new GivenAnswer { Approves = true, Names = hash },
            new Answerer { Name = "x", IsPerson = true, Via = "test", FindRoleAsync = (_, _) => Task.FromResult(ApproverRole.Requester) }, Token);

        Assert.Equal((AnswerOutcome.Unknown, $"No approval of this thread has the hash {hash}. Nothing waits for an approval here."), (result.Outcome, result.Words));
    }

    private static async Task<RunFinished> LastEndAsync(ApprovalBench bench) =>
        (await bench.Harness.JournalAsync()).Select(record => record.Event).OfType<RunFinished>().Last();
}
