using Drafthorse.Harness;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Models.Resilience;
using Drafthorse.Harness.Runs;
using Drafthorse.Harness.Threads;
using Drafthorse.Tests.Models;
using Drafthorse.Tests.Sandbox.Files;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Microsoft.Extensions.AI;

namespace Drafthorse.Tests.Agent.Loop;

/// <summary>
/// Invariant 11 over whole runs of an agent: every request that it sends for a thread begins with the one before it, byte for byte up
/// to the end of that one's messages. Random models call tools (also unknown ones, with broken JSON and repeated ids), think, say
/// nothing and are cut; tools give pictures, long results and failures; people's messages come in between, some steer; providers
/// fail; and other agents go on where one was left in the middle of a call. For servers that are only compatible with Anthropic's
/// API the one moving cache mark is taken out before comparing.
/// </summary>
public sealed class AgentPrefixTests
{
    private const int Tests = 20;
    private const int CompactingTests = 12;
    private const string Mark = ",\"cache_control\":{\"type\":\"ephemeral\"}";

    [Property(MaxTest = Tests)]
    public Property OpenAIChat_WholeRuns_RequestsOnlyGrow() => Holds("openai-chat:m");

    [Property(MaxTest = Tests)]
    public Property OpenAIResponses_WholeRuns_RequestsOnlyGrow() => Holds("openai:m");

    [Property(MaxTest = Tests)]
    public Property DashScope_WholeRuns_RequestsOnlyGrow() => Holds("dashscope:m");

    [Property(MaxTest = Tests)]
    public Property Ollama_WholeRuns_RequestsOnlyGrow() => Holds("ollama:m");

    [Property(MaxTest = Tests)]
    public Property Anthropic_WholeRuns_RequestsOnlyGrow() => Holds("anthropic:claude-opus-5-5");

    [Property(MaxTest = Tests)]
    public Property AnthropicCompatible_WholeRuns_RequestsOnlyGrowButForTheMark() => Holds("anthropic:m", ("ANTHROPIC_BASE_URL", "http://127.0.0.1:1"));

    [Property(MaxTest = CompactingTests)]
    public Property OpenAIChat_Compacting_RequestsOnlyGrowInBetween() => HoldsCompacting("openai-chat:m");

    [Property(MaxTest = CompactingTests)]
    public Property OpenAIResponses_Compacting_RequestsOnlyGrowInBetween() => HoldsCompacting("openai:m");

    [Property(MaxTest = CompactingTests)]
    public Property DashScope_Compacting_RequestsOnlyGrowInBetween() => HoldsCompacting("dashscope:m");

    [Property(MaxTest = CompactingTests)]
    public Property Ollama_Compacting_RequestsOnlyGrowInBetween() => HoldsCompacting("ollama:m");

    [Property(MaxTest = CompactingTests)]
    public Property Anthropic_Compacting_RequestsOnlyGrowInBetween() => HoldsCompacting("anthropic:claude-opus-5-5");

    private static Property HoldsCompacting(string spec) =>
        Prop.ForAll(Gens.Plans.ToArbitrary(), plan => HoldsCompactingAsync(spec, plan).GetAwaiter().GetResult());

    private static async Task<bool> HoldsCompactingAsync(string spec, Plan plan)
    {
        using var folder = new TemporaryFolder();
        await using var scene = new Scene(spec, plan, folder, [], new CompactionOptions { TriggerMessages = 6, KeepMessages = 3 });
        await scene.PlayAsync();

        var last = 0;
        for (var index = 1; index < scene.Server.Bodies.Count; index++)
        {
            if (scene.Epochs[index] == scene.Epochs[last])
            {
                Assert.StartsWith(RequestPrefix.Of(scene.Server.Bodies[last]), scene.Server.Bodies[index], StringComparison.Ordinal);
            }

            WireCheck.IsValid(spec, scene.Server.Bodies[index]);
            last = IsSummary(scene.Server.Bodies[index]) ? last : index;
        }

        return true;
    }

    private static bool IsSummary(string body) => body.Contains("older part of a coding agent", StringComparison.Ordinal);

    private static Property Holds(string spec, params (string, string)[] settings) =>
        Prop.ForAll(Gens.Plans.ToArbitrary(), plan => HoldsAsync(spec, plan, settings).GetAwaiter().GetResult());

    private static async Task<bool> HoldsAsync(string spec, Plan plan, (string, string)[] settings)
    {
        using var folder = new TemporaryFolder();
        await using var scene = new Scene(spec, plan, folder, settings);
        await scene.PlayAsync();

        var bodies = scene.Server.Bodies.Select(body => settings.Length == 0 ? body : body.Replace(Mark, "", StringComparison.Ordinal)).ToList();
        Assert.True(bodies.Count >= plan.Sessions.Count);
        for (var index = 1; index < bodies.Count; index++)
        {
            Assert.StartsWith(RequestPrefix.Of(bodies[index - 1]), bodies[index], StringComparison.Ordinal);
        }

        return true;
    }

    private enum Happening
    {
        Nothing,
        Message,
        Steer,
        Takeover,
        Unavailable,
        Cut,
    }

    /// <summary>One answer of the model, and what happens while it is made and while its tools run.</summary>
    private sealed record Turn(string Text, string Reasoning, IReadOnlyList<(string Id, string Tool, string Arguments)> Calls, string Finish, Happening WhileThinking, Happening WhileWorking);

    private sealed record Session(string Message, bool HasImage, bool IsNewAgent);

    private sealed record Plan(IReadOnlyList<Turn> Turns, IReadOnlyList<Session> Sessions);

    private static class Gens
    {
        private static readonly Gen<string> Text = Gen.OneOf(Gen.Elements("ok", "é\ud83d\ude00", "\ud800 half", "<message>", "a\"b\\c\n"), ArbMap.Default.GeneratorFor<string>().Select(text => text ?? ""));

        private static readonly Gen<(string, string, string)> Call =
            from id in Gen.Elements("a", "a", "f.x:0", "", "toolu_01")
            from tool in Gen.Elements("look", "look", "long", "fail", "deploy", "read_file", "todo_write", "no_such")
            from arguments in Gen.Elements("{}", "", "{ \"a\" : 1.50 }", "{\"path\":\"p.png\"}", "{\"path\":\"p.png\"}", "{\"path\":", "[1]", "{\"t\":\"\\ud800\"}", "{\"path\":\"none\",\"extra\":[1]}", "{\"todos\":[{\"content\":\"a\",\"status\":\"in_progress\"}]}")
            select (id, tool, arguments);

        private static readonly Gen<Turn> Turns =
            from text in Text
            from reasoning in Gen.Elements("", "", "thoughts")
            from calls in Gen.Choose(0, 3).SelectMany(count => Call.ListOf(count))
            from finish in Gen.Frequency((8, Gen.Constant("stop")), (1, Gen.Constant("length")))
            from thinking in Gen.Frequency((6, Gen.Constant(Happening.Nothing)), (1, Gen.Elements(Enum.GetValues<Happening>())))
            from working in Gen.Frequency((4, Gen.Constant(Happening.Nothing)), (1, Gen.Elements(Happening.Message, Happening.Steer, Happening.Takeover)))
            select new Turn(text, reasoning, [.. calls], finish, thinking, working);

        private static readonly Gen<Session> Sessions =
            from message in Text
            from hasImage in ArbMap.Default.GeneratorFor<bool>()
            from isNew in ArbMap.Default.GeneratorFor<bool>()
            select new Session(message, hasImage, isNew);

        public static readonly Gen<Plan> Plans =
            from turns in Gen.Choose(3, 12).SelectMany(count => Turns.ListOf(count))
            from sessions in Gen.Choose(1, 3).SelectMany(count => Sessions.ListOf(count))
            select new Plan([.. turns], [.. sessions]);
    }

    /// <summary>Plays a plan: agents on one store, one after the other, and a model's server that follows the plan's turns.</summary>
    private sealed class Scene : IAsyncDisposable
    {
        private const string Key = "cli:prefix";
        private static readonly byte[] Png = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1];

        private readonly Queue<Turn> _turns;
        private readonly Plan _plan;
        private readonly CompactionOptions? _compaction;
        private readonly string _spec;
        private readonly TemporaryFolder _folder;
        private readonly ModelFactory _factory;
        private readonly InMemoryThreadStore _store = new(TimeProvider.System);
        private readonly List<HarnessAgent> _agents = [];
        private CancellationTokenSource _leaving = new();
        private Turn? _current;

        public Scene(string spec, Plan plan, TemporaryFolder folder, (string, string)[] settings, CompactionOptions? compaction = null)
        {
            (_spec, _plan, _folder, _turns, _compaction) = (spec, plan, folder, new Queue<Turn>(plan.Turns), compaction);
            File.WriteAllBytes(folder.Inside("p.png"), Png);
            Server = new WireServer(spec[..spec.IndexOf(':', StringComparison.Ordinal)]) { OnRequest = AnswerAsync };
            (string, string)[] keys = [("OPENAI_API_KEY", "k"), ("ANTHROPIC_API_KEY", "k"), ("DASHSCOPE_API_KEY", "k"), .. settings];
            _factory = new ModelFactory(ModelTest.Settings(keys), retry: new RetryOptions { MinDelay = TimeSpan.Zero, MaxAttempts = 5 }, handler: Server);
        }

        public WireServer Server { get; }

        /// <summary>How often the context had been made shorter, at each request.</summary>
        public List<int> Epochs { get; } = [];

        public async Task PlayAsync()
        {
            var agent = NewAgent();
            foreach (var session in _plan.Sessions)
            {
                agent = session.IsNewAgent ? NewAgent() : agent;
                _leaving = new CancellationTokenSource();
                var message = new AgentMessage { Text = session.Message, ThreadKey = Key, User = "cli:u", Images = session.HasImage ? [new MessageImage("image/png", Png)] : null };
                try
                {
                    await foreach (var _ in agent.StreamAsync(message, _leaving.Token))
                    {
                        // Watched only so that it runs.
                    }
                }
                catch (OperationCanceledException)
                {
                    agent = NewAgent();
                    await GoOnAsync(agent);
                }

                if (_compaction is not null)
                {
                    await agent.CompactAsync(ThreadId.FromKey(Key), CancellationToken.None);
                }
            }
        }

        /// <summary>Another agent takes the thread from where the last one was stopped.</summary>
        private async Task GoOnAsync(HarnessAgent agent)
        {
            _leaving = new CancellationTokenSource();
            var request = new ClaimRequest { Owner = "other", Only = ThreadId.FromKey(Key) };
            while (await RunLease.ClaimAsync(_store, request, null, null, CancellationToken.None) is { } lease)
            {
                await using (lease)
                {
                    var left = _leaving;
                    using var leaving = left.Token.Register(lease.Abandon);
                    try
                    {
                        await _store.ReleaseAsync(await agent.RunAsync(lease, null, left.Token), CancellationToken.None);
                    }
                    catch (OperationCanceledException)
                    {
                        await _store.ReleaseAsync(new ReleaseRequest { Lease = lease.Lease, State = ThreadStatus.Queued, WakeAt = DateTimeOffset.UtcNow }, CancellationToken.None);
                    }

                    if (left.IsCancellationRequested)
                    {
                        (agent, _leaving) = (NewAgent(), new CancellationTokenSource());
                    }
                }
            }
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var agent in _agents)
            {
                await agent.DisposeAsync();
            }

            _factory.Dispose();
            await _store.DisposeAsync();
        }

        private HarnessAgent NewAgent()
        {
            var agent = HarnessAgent.CreateBuilder("test")
                .UseModel(_factory.Create(ModelSpec.Parse(_spec)), _spec)
                .UseStateStore(_store)
                .UseFilesystem(new LocalFilesystemSpec { WorkingDirectory = _folder.Root })
                .UseToolResultEviction(new ToolResultEvictionOptions { MaxLength = 300, KeepLength = 50 })
                .UseBudget(new ThreadBudget { CostUsd = null, UserPerDayUsd = null })
                .UseTools(Tool("look", ToolEffect.Read), Tool("long", ToolEffect.Write), Tool("fail", ToolEffect.Write), Tool("deploy", ToolEffect.External))
                .UseCompaction(_compaction ?? new CompactionOptions())
                .Build();
            _agents.Add(agent);
            return agent;
        }

        private AIFunction Tool(string name, ToolEffect effect) => AIFunctionFactory.Create(
            async (CancellationToken cancellationToken) =>
            {
                await HappenAsync(Interlocked.Exchange(ref _current, null)?.WhileWorking ?? Happening.Nothing, cancellationToken);
                return name switch
                {
                    "fail" => throw new InvalidOperationException("it broke"),
                    "long" => new string('x', 1000),
                    _ => "seen",
                };
            },
            new AIFunctionFactoryOptions { Name = name, AdditionalProperties = new Dictionary<string, object?> { [ToolEffects.Property] = effect } });

        private async Task<HttpResponseMessage> AnswerAsync(int number, CancellationToken cancellationToken)
        {
            Epochs.Add((await _store.ReadJournalAsync(ThreadId.FromKey(Key), 0, 10_000, CancellationToken.None)).Count(record => record.Kind == "context.compacted"));
            if (IsSummary(Server.Bodies[number]))
            {
                return number % 3 == 0 ? WireServer.Error(400, "{}") : Server.Stream(WireReply.Says("the summary"));
            }

            if (!_turns.TryDequeue(out var turn))
            {
                return Server.Stream(WireReply.Says("done"));
            }

            _current = turn;
            var reply = new WireReply { Text = turn.Text, Reasoning = turn.Reasoning, Calls = turn.Calls, Finish = turn.Finish };
            await HappenAsync(turn.WhileThinking, cancellationToken);
            return turn.WhileThinking switch
            {
                Happening.Unavailable => WireServer.Error(503, "{}"),
                Happening.Cut => Server.Stream(reply with { IsCut = true }),
                _ => Server.Stream(reply),
            };
        }

        private async Task HappenAsync(Happening happening, CancellationToken cancellationToken)
        {
            switch (happening)
            {
                case Happening.Message or Happening.Steer:
                    var mode = happening == Happening.Steer ? DeliveryMode.Steer : DeliveryMode.Step;
                    await _agents[^1].SendAsync(new AgentMessage { Text = $"by the way {happening}", ThreadKey = Key, User = "cli:other", Mode = mode }, CancellationToken.None);
                    await Task.Delay(happening == Happening.Steer ? Timeout.Infinite : 0, cancellationToken);
                    break;
                case Happening.Takeover:
                    await _leaving.CancelAsync();
                    await Task.Delay(Timeout.Infinite, cancellationToken);
                    break;
            }
        }
    }
}
