using Drafthorse.Harness;
using Drafthorse.Harness.Approvals;
using Drafthorse.Harness.Threads;
using Drafthorse.Tests.Agent;
using Microsoft.Extensions.Time.Testing;

namespace Drafthorse.Tests.Approvals;

/// <summary>A thread whose model asks for something, a clock, and desks on which to answer.</summary>
internal sealed class ApprovalBench
{
    public const string Requester = "cli:tester";

    private readonly ApprovalOptions _options;

    public ApprovalBench(ApprovalOptions? options = null, Action<HarnessAgentBuilder>? configure = null)
    {
        _options = options ?? new ApprovalOptions();
        Harness = new AgentHarness(
            builder =>
            {
                builder.UseApprovals(_options);
                configure?.Invoke(builder);
            },
            Time);
        Harness.OnTool = tool => Task.FromResult<object>(ToolOutput.Text($"{tool} has to be agreed") with { Approval = Requests.Dequeue() });
    }

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.Parse("2026-11-29T08:00:00Z", System.Globalization.CultureInfo.InvariantCulture));

    public AgentHarness Harness { get; }

    /// <summary>What the tools of the model ask for, call by call.</summary>
    public Queue<ApprovalRequest> Requests { get; } = new();

    public Dictionary<string, ApproverRole> Roles { get; } = new() { [Requester] = ApproverRole.Requester, ["github:boss"] = ApproverRole.Maintainer };

    public static ApprovalRequest Call(string text) => new() { Kind = ApprovalKinds.Tool, Text = text };

    /// <summary>Another replica: nothing but the store is shared.</summary>
    public ApprovalDesk NewDesk() => new(Harness.Store, _options, Time);

    /// <summary>A message whose run asks for this.</summary>
    public async Task<AgentReply> AskAsync(params ApprovalRequest[] requests)
    {
        foreach (var request in requests)
            Requests.Enqueue(request);
        Harness.Model.Calls([.. requests.Select((_, index) => ("deploy", $$"""{"n":{{index}}}"""))]);
        return await Harness.SendAsync("deploy it");
    }

    public Task<AnswerResult> AnswerAsync(bool approves = true, string? names = null, string who = Requester, bool isPerson = true, string? why = null, string? source = null) =>
        NewDesk().AnswerAsync(
            Harness.ThreadId,
            new GivenAnswer { Approves = approves, Names = names, Reason = why, Source = source },
            new Answerer { Name = who, IsPerson = isPerson, Via = "test", FindRoleAsync = (_, _) => Task.FromResult(Roles.GetValueOrDefault(who)) },
            TestContext.Current.CancellationToken);

    public async Task<IReadOnlyList<Approval>> ApprovalsAsync() =>
        (await Harness.Store.GetThreadAsync(Harness.ThreadId, TestContext.Current.CancellationToken))!.Facts.Approvals ?? [];

    /// <summary>What a server's worker does when the thread is ready.</summary>
    public async Task<RunFinished?> GoOnAsync()
    {
        RunFinished? end = null;
        await foreach (var agentEvent in Harness.Agent.ResumeAsync(Harness.ThreadId, TestContext.Current.CancellationToken))
            end = agentEvent is JournalAppended { Event: RunFinished finished } ? finished : end;
        return end;
    }
}
