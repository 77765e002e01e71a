using Drafthorse.Harness;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Threads;
using Microsoft.Extensions.AI;

namespace Drafthorse.Tests.Agent;

/// <summary>An agent over an in-memory store, with tools that the test defines and no sandbox.</summary>
internal sealed class AgentHarness
{
    public const string Key = "cli:test";

    /// <summary>How a run ends that asks for a sandbox.</summary>
    public const string NoSandbox = "no sandbox in this test";

    public AgentHarness(Action<HarnessAgentBuilder>? configure = null, TimeProvider? time = null)
    {
        Store = new InMemoryThreadStore(time ?? TimeProvider.System);
        var builder = HarnessAgent.CreateBuilder("test")
            .UseModel(Model, "script:test")
            .UseStateStore(Store)
            .UseTimeProvider(time ?? TimeProvider.System)
            .UseSandboxes((_, _) => throw new SandboxException(NoSandbox))
            .UseTools(Tools);
        configure?.Invoke(builder);
        Agent = builder.Build();
    }

    public FakeModel Model { get; } = new();

    public InMemoryThreadStore Store { get; }

    public HarnessAgent Agent { get; }

    public List<string> Ran { get; } = [];

    public List<AgentEvent> Events { get; } = [];

    public ThreadId ThreadId { get; } = ThreadId.FromKey(Key);

    public Func<string, Task<object>> OnTool { get; set; } = name => Task.FromResult<object>($"result of {name}");

    public static AgentMessage Message(string text, DeliveryMode mode = DeliveryMode.Step) => new() { Text = text, ThreadKey = Key, User = "cli:tester", Mode = mode };

    public async Task<AgentReply> SendAsync(string text)
    {
        AgentReply? reply = null;
        await foreach (var agentEvent in Agent.StreamAsync(Message(text), TestContext.Current.CancellationToken))
        {
            Events.Add(agentEvent);
            if (agentEvent is JournalAppended { Event: RunFinished end })
            {
                reply = new AgentReply
                {
                    ThreadId = agentEvent.ThreadId,
                    Status = Enum.Parse<ThreadStatus>(end.Outcome, ignoreCase: true),
                    Text = end.FinalText,
                    Reason = end.Reason,
                    Usage = end.Usage,
                    CostUsd = end.CostUsd,
                };
            }
        }

        return reply ?? throw new InvalidOperationException("no run");
    }

    public Task<EnqueueResult> EnqueueAsync(string text, DeliveryMode mode = DeliveryMode.Step)
    {
        var id = Guid.NewGuid().ToString();
        return Store.EnqueueAsync(
            new EnqueueRequest
            {
                ThreadKey = Key,
                DeliveryId = id,
                Origin = new ThreadOrigin { Channel = "cli", User = "cli:tester" },
                Message = new InboxMessage { Id = id, Sender = "cli:tester", Text = text, Mode = mode },
            },
            TestContext.Current.CancellationToken);
    }

    public async Task<IReadOnlyList<JournalRecord>> JournalAsync() =>
        await Store.ReadJournalAsync(ThreadId, 0, 10_000, TestContext.Current.CancellationToken);

    /// <summary>The texts that the model was shown in a request, one for each message.</summary>
    public string[] Shown(int request) => [.. Model.Requests[request].Select(message =>
        string.Concat(message.Contents.Select(content => content switch
        {
            TextContent text => text.Text,
            FunctionCallContent call => $"call {call.Name}",
            FunctionResultContent result => $"result {result.Result}",
            _ => "",
        })))];

    private IEnumerable<AIFunction> Tools =>
    [
        new FakeTool("look", ToolEffect.Read, this),
        new FakeTool("look_more", ToolEffect.Read, this),
        new FakeTool("change", ToolEffect.Write, this),
        new FakeTool("deploy", ToolEffect.External, this),
    ];

    private sealed class FakeTool(string name, ToolEffect effect, AgentHarness harness) : AIFunction
    {
        public override string Name => name;

        public override IReadOnlyDictionary<string, object?> AdditionalProperties { get; } =
            new Dictionary<string, object?> { [ToolEffects.Property] = effect };

        protected override async ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken)
        {
            lock (harness.Ran)
            {
                harness.Ran.Add(ToolContext.From(arguments).CallId);
            }

            return await harness.OnTool(name).WaitAsync(cancellationToken);
        }
    }
}
