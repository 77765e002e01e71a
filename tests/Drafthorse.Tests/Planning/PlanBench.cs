using Drafthorse.Harness;
using Drafthorse.Harness.Approvals;
using Drafthorse.Harness.Threads;
using Drafthorse.Tests.Agent;

namespace Drafthorse.Tests.Planning;

/// <summary>A thread in plan mode whose model is an attacker's servant, with tools that would be noticed.</summary>
internal sealed class PlanBench
{
    public const string Plan = "# Move the cache\n\n1. Add the Redis client\n2. Switch the cache to it\n3. Test it";

    public PlanBench(PlanModeOptions? options = null, Action<HarnessAgentBuilder>? configure = null, params Microsoft.Extensions.AI.AIFunction[] tools) => Harness = new AgentHarness(builder =>
    {
        builder.UsePlanMode(options ?? new PlanModeOptions()).UseTools(tools);
        configure?.Invoke(builder);
    });

    public AgentHarness Harness { get; }

    public static string Arguments(string name, string value) => new System.Text.Json.Nodes.JsonObject { [name] = value }.ToJsonString();

    public static (string Name, string Arguments) Write(string plan = Plan) => ("plan_write", Arguments("content", plan));

    public Task<AgentReply> SendAsync(string text, bool plan = false) =>
        Harness.Agent.RunAsync(AgentHarness.Message(text) with { Plan = plan }, TestContext.Current.CancellationToken);

    public async Task<PlanFacts?> FactsAsync() => (await Harness.Store.GetThreadAsync(Harness.ThreadId, TestContext.Current.CancellationToken))!.Facts.Plan;

    /// <summary>The person decides about what is open, and the thread goes on.</summary>
    public async Task<RunFinished?> DecideAsync(bool approves, string? why = null)
    {
        var result = await new ApprovalDesk(Harness.Store, new ApprovalOptions(), TimeProvider.System).AnswerAsync(
            Harness.ThreadId,
            new GivenAnswer { Approves = approves, Reason = why },
            new Answerer { Name = "cli:tester", IsPerson = true, Via = "test", FindRoleAsync = (_, _) => Task.FromResult(ApproverRole.Requester) },
            TestContext.Current.CancellationToken);
        Assert.Equal(AnswerOutcome.Taken, result.Outcome);
        RunFinished? end = null;
        await foreach (var agentEvent in Harness.Agent.ResumeAsync(Harness.ThreadId, TestContext.Current.CancellationToken))
            end = agentEvent is JournalAppended { Event: RunFinished finished } ? finished : end;
        return end;
    }

    /// <summary>What tools said, call by call.</summary>
    public async Task<IReadOnlyList<ToolFinished>> ResultsAsync() => [.. (await Harness.JournalAsync()).Select(record => record.Event).OfType<ToolFinished>()];

    public async Task<IReadOnlyList<string>> NotesAsync() => [.. (await Harness.JournalAsync()).Select(record => record.Event).OfType<RunFinished>().SelectMany(end => end.Notes)];
}
