using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Drafthorse.Harness;
using Drafthorse.Harness.Threads;
using Drafthorse.Tests.Agent;
using Drafthorse.Tests.Models;
using Drafthorse.Tests.Sandbox.Files;

namespace Drafthorse.Tests.Compaction;

/// <summary>A thread of very many steps in a window of 128,000 tokens. DRAFTHORSE_LONG=1 runs the thousand steps; else a shorter form runs.</summary>
public sealed class LongThreadTests : IDisposable
{
    private const int Window = 128_000;
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("DRAFTHORSE_LONG") == "1";
    private static readonly int[] Sizes = [10_000, 30_000, 14_000, 22_000, 60_000, 12_000, 18_000, 120_000];

    private readonly TemporaryFolder _archive = new();

    public static TheoryData<string> Specs => ["openai:tiny", "openai-chat:tiny", "anthropic:tiny", "dashscope:tiny", "ollama:tiny"];

    public void Dispose() => _archive.Dispose();

    [Theory]
    [MemberData(nameof(Specs))]
    public async Task Thread_OfManySteps_LosesNoFactAndNoRequestIsWrong(string spec)
    {
        const int Facts = 20;
        var steps = IsLong ? 1_000 : 60;
        var script = new StringBuilder();
        await using var agent = NewAgent(spec, builder => builder.UseToolResultEviction(new ToolResultEvictionOptions { ArchiveFolder = _archive.Root }));
        var looks = 0;
        agent.OnLook = () =>
        {
            looks++;
            var fact = looks % (steps / Facts) == 1 ? FactOf(looks / (steps / Facts)) : "";
            var size = looks % (steps / 2) == 0 ? 5_000_000 : Sizes[looks % Sizes.Length];
            return $"{Filler(size / 2, looks)}\n{fact}\n{Filler(size / 2, looks + 1)}";
        };
        var (step, found, overflows, bodies) = (0, new HashSet<int>(), 0, 0);
        agent.Server.OnRequest = (number, _) =>
        {
            var body = agent.Server.Bodies[number];
            if (number > 1)
                agent.Server.Bodies[number - 2] = "";
            bodies++;
            WireCheck.IsValid(spec, body);
            overflows += TokensOf(body) > Window ? 1 : 0;
            if (TokensOf(body) > Window)
                return Task.FromResult(WireServer.Error(400, """{"error":{"code":"context_length_exceeded","message":"too long"}}"""));
            var reply = IsSummary(body) ? WireReply.Says("Intent: go. Looked often.")
                : ++step == 1 ? WireReply.Call("todo_write", Todos().ToJsonString(), "t")
                : step <= steps ? WireReply.Call("look", $$"""{"n":{{step}}}""", $"c{step}")
                : step <= steps + Facts ? Search(step - steps - 1, body)
                : WireReply.Says("done");
            return Task.FromResult(agent.Server.Stream(reply with { InputTokens = TokensOf(body), Reasoning = "" }));
        };

        WireReply Search(int fact, string body)
        {
            CollectFound(body);
            return WireReply.Call("session_search", $$"""{"query":"secret number of module mod{{fact}}x","limit":2}""", $"s{fact}");
        }

        void CollectFound(string body)
        {
            for (var fact = 0; fact < Facts; fact++)
            {
                if (body.Contains(FactOf(fact), StringComparison.Ordinal))
                    found.Add(fact);
            }
        }

        var began = Stopwatch.GetTimestamp();
        var reply = await agent.SendAsync("Go on until you are done, and remember: the port is 48213, never 8080.");
        CollectFound(agent.Server.Bodies[^1]);

        var compactions = (await agent.JournalAsync()).OfType<ContextCompacted>().ToList();
        TestContext.Current.TestOutputHelper?.WriteLine($"{spec}: {step} steps, {bodies} requests, {compactions.Count} compactions ({compactions.Count(compacted => compacted.Summarized == 0)} by masks alone), {overflows} overflows, {found.Count} of {Facts} facts, {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s");
        Assert.Equal((ThreadStatus.Done, "done", ""), (reply.Status, reply.Text, reply.Reason));
        Assert.Equal(0, overflows);
        Assert.Equal(Enumerable.Range(0, Facts), found.Order());
        Assert.True(compactions.Count >= (IsLong ? 10 : 2));
        Assert.Contains("the port is 48213, never 8080", agent.Server.Bodies[^1], StringComparison.Ordinal);
        Assert.All(Todos()["todos"]!.AsArray(), todo => Assert.Contains(JsonValue.Create((string)todo!["content"]!)!.ToJsonString().Trim('"'), agent.Server.Bodies[^1].Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal), StringComparison.Ordinal));
    }

    /// <summary>What step n costs does not grow with n: the harness's own time and allocations between an answer and the next request.</summary>
    [Fact]
    public async Task Step_LateInAThread_CostsWhatAnEarlyOneCosts()
    {
        var steps = IsLong ? 1_000 : 160;
        await using var agent = NewAgent("openai-chat:tiny", builder => builder.UseToolResultEviction(new ToolResultEvictionOptions { ArchiveFolder = _archive.Root }));
        var text = Filler(30_000, 1);
        agent.OnLook = () => text;
        var (step, times, bytes) = (0, new List<double>(), new List<long>());
        var (answered, allocated) = (0L, 0L);
        agent.Server.OnRequest = (number, _) =>
        {
            if (answered != 0)
            {
                times.Add(Stopwatch.GetElapsedTime(answered).TotalMilliseconds);
                bytes.Add(GC.GetTotalAllocatedBytes() - allocated);
            }

            var body = agent.Server.Bodies[number];
            agent.Server.Bodies[number] = "";
            var reply = IsSummary(body) ? WireReply.Says("Intent: go.") : ++step <= steps ? WireReply.Call("look", $$"""{"n":{{step}}}""", $"c{step}") : WireReply.Says("done");
            var response = agent.Server.Stream(reply with { InputTokens = TokensOf(body) });
            (answered, allocated) = (Stopwatch.GetTimestamp(), GC.GetTotalAllocatedBytes());
            return Task.FromResult(response);
        };

        var reply = await agent.SendAsync("go");

        Assert.Equal(ThreadStatus.Done, reply.Status);
        var (early, late) = (Median(times[10..60]), Median(times[^50..]));
        var (few, many) = (bytes[10..60].Average(), bytes[^50..].Average());
        TestContext.Current.TestOutputHelper?.WriteLine($"steps 10 to 60 of {steps}: {early:0.00} ms, {few / 1e6:0.00} MB allocated; the last 50: {late:0.00} ms, {many / 1e6:0.00} MB; ratios {late / early:0.00} and {many / few:0.00}");
        Assert.InRange(late / early, 0, 2.5);
        Assert.InRange(many / few, 0, 2.5);
    }

    [Theory]
    [MemberData(nameof(Specs))]
    public async Task Requests_OfTwoHundredSteps_RepeatTheOneBeforeToNinetyFivePercent(string spec)
    {
        const int Steps = 200;
        int[] sizes = [300, 800, 1_500, 3_000, 6_000, 12_000, 500, 2_000];
        await using var agent = NewAgent(spec);
        var looks = 0;
        agent.OnLook = () => Filler(sizes[++looks % sizes.Length], looks);
        var (step, repeated, sent, last) = (0, 0L, 0L, "");
        agent.Server.OnRequest = (number, _) =>
        {
            var body = agent.Server.Bodies[number];
            agent.Server.Bodies[number] = "";
            sent += body.Length;
            repeated += Settings(last) == Settings(body) ? Common(last, body) : 0;
            last = body;
            var reply = IsSummary(body) ? WireReply.Says("Intent: go. Looked often.")
                : ++step <= Steps ? WireReply.Call("look", $$"""{"n":{{step}}}""", $"c{step}") with { Reasoning = "I think about what to look at next." }
                : WireReply.Says("done");
            return Task.FromResult(agent.Server.Stream(reply with { InputTokens = TokensOf(body) }));
        };

        var reply = await agent.SendAsync("go");

        var compactions = (await agent.JournalAsync()).OfType<ContextCompacted>().Count();
        TestContext.Current.TestOutputHelper?.WriteLine($"{spec}: {100.0 * repeated / sent:0.0} % of {sent / 4:N0} input tokens repeat the request before; {compactions} compactions");
        Assert.Equal(ThreadStatus.Done, reply.Status);
        Assert.InRange(compactions, 1, 20);
        Assert.InRange((double)repeated / sent, 0.95, 1);
    }

    private static WireAgent NewAgent(string spec, Action<HarnessAgentBuilder>? configure = null) => new(
        spec,
        builder =>
        {
            builder.UseLimit(new() { MaxCalls = 5_000, WarnAfterStepsWithoutProgress = 0 }).UseBudget(new ThreadBudget { CostUsd = null, UserPerDayUsd = null, UnpricedTokens = null, UserPerDayUnpricedTokens = null });
            configure?.Invoke(builder);
        },
        WireAgent.CatalogWith("tiny", Window));

    /// <summary>Effort, thinking, tools: what a provider's cache also depends on.</summary>
    private static string Settings(string body)
    {
        if (body.Length == 0)
            return "";
        var json = JsonNode.Parse(body)!.AsObject();
        return string.Join('|', new[] { "tools", "tool_choice", "thinking", "reasoning", "reasoning_effort", "enable_thinking", "output_config" }.Select(name => json[name]?.ToJsonString()));
    }

    private static int Common(string one, string other) => one.AsSpan().CommonPrefixLength(other);

    private static JsonObject Todos() => new()
    {
        ["todos"] = new JsonArray([.. Enumerable.Range(0, 10).Select(index => new JsonObject { ["content"] = $"Fact {index}: table t{index * 7919} must keep column c{index * 104729}", ["status"] = "pending" })]),
    };

    private static string FactOf(int fact) => $"the secret number of module mod{fact}x is {(fact + 1) * 7919}-{fact * 104729}";

    private static bool IsSummary(string body) => MaskAndFrameTests.IsSummary(body);

    private static int TokensOf(string body) => MaskAndFrameTests.TokensOf(body);

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);

    /// <summary>Lines as a build's log has them, no two alike.</summary>
    private static string Filler(int length, int seed)
    {
        var text = new StringBuilder(length + 100);
        for (var line = 0; text.Length < length; line++)
            text.Append("src/part").Append((line * 31) + seed).Append(".cs(").Append(line).Append(",7): compiled ").Append(seed * line % 977).Append(" of the members and went on\n");
        return text.ToString(0, length);
    }
}
