using System.Globalization;
using Drafthorse.Harness;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Models.Resilience;
using Drafthorse.Harness.Threads;
using Drafthorse.Tests.Models;
using Microsoft.Extensions.Time.Testing;

namespace Drafthorse.Tests.Agent;

/// <summary>Budgets are hard: reserved before a model call, settled after it.</summary>
public sealed class BudgetTests
{
    // A thousand tokens cost 0.10 USD.
    private const string Price = """{"input":100,"output":100}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ManyRunsOfOneUserAtOnce_NeverOvershootTheUsersBudgetTogether()
    {
        const decimal Limit = 3m;
        await using var store = new InMemoryThreadStore(TimeProvider.System);
        var server = new WireServer("openai-chat");
        var most = 0m;
        var seen = new Lock();
        var scope = $"user:cli:rich:{DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}";
        server.OnRequest = async (number, token) =>
        {
            var spent = await store.GetSpentAsync(scope, token);
            lock (seen)
                most = Math.Max(most, spent);
            return server.Stream(WireReply.Call("look", $$"""{"n":{{number}}}""") with { OutputTokens = 1000 });
        };
        using var factory = NewFactory(server, Price);
        await using var agent = NewAgent(factory, store, new ThreadBudget { CostUsd = null, UserPerDayUsd = Limit });

        var replies = await Task.WhenAll(Enumerable.Range(0, 24).Select(index => Task.Run(
            () => agent.RunAsync(new AgentMessage { Text = "go", User = "cli:rich", ThreadKey = $"cli:{index}" }, Token), Token)));

        Assert.All(replies, reply => Assert.Equal(ThreadStatus.Stopped, reply.Status));
        Assert.All(replies, reply => Assert.Contains("budget of rich is used up", reply.Reason, StringComparison.Ordinal));
        Assert.InRange(most, 0.5m, Limit);
        Assert.InRange(await store.GetSpentAsync(scope, Token), 0.5m, Limit);
        Assert.Equal(replies.Sum(reply => reply.CostUsd), await store.GetSpentAsync(scope, Token));
    }

    [Fact]
    public async Task ThreadBudget_UsedUp_StopsWithAHandOverThatFitsIn()
    {
        await using var store = new InMemoryThreadStore(TimeProvider.System);
        var server = new WireServer("openai-chat");
        server.OnRequest = (number, _) => Task.FromResult(server.Stream(server.Bodies[number].Contains("Write a short hand-over", StringComparison.Ordinal)
            ? WireReply.Says("half is done")
            : WireReply.Call("look", $$"""{"n":{{number}}}""")));
        using var factory = NewFactory(server, Price);
        await using var agent = NewAgent(factory, store, new ThreadBudget { CostUsd = 1.5m });

        var reply = await agent.RunAsync(new AgentMessage { Text = "go", ThreadKey = "cli:t" }, Token);

        Assert.Equal((ThreadStatus.Stopped, "half is done"), (reply.Status, reply.Text));
        Assert.Contains("is used up", reply.Reason, StringComparison.Ordinal);
        Assert.InRange(await store.GetSpentAsync($"thread:{ThreadId.FromKey("cli:t")}", Token), 0.01m, 1.5m);
        Assert.Contains(await store.ReadJournalAsync(ThreadId.FromKey("cli:t"), 0, 1000, Token), record => record.Event is RunFinished { FinalText: "half is done" });
    }

    [Fact]
    public async Task ModelWithoutAPrice_CountsTokens()
    {
        await using var store = new InMemoryThreadStore(TimeProvider.System);
        var server = new WireServer("openai-chat");
        server.OnRequest = (number, _) => Task.FromResult(server.Stream(WireReply.Call("look", $$"""{"n":{{number}}}""")));
        using var factory = NewFactory(server, price: null);
        await using var agent = NewAgent(factory, store, new ThreadBudget { UnpricedTokens = 20_000 });

        var reply = await agent.RunAsync(new AgentMessage { Text = "go", ThreadKey = "cli:t" }, Token);

        var used = await store.GetSpentAsync($"tokens:thread:{ThreadId.FromKey("cli:t")}", Token);
        Assert.Equal(ThreadStatus.Stopped, reply.Status);
        Assert.Contains("tokens are spent", reply.Reason, StringComparison.Ordinal);
        Assert.InRange(used, 110, 20_000);
        Assert.Equal(reply.Usage.Input + reply.Usage.Output, used);
        Assert.Equal(0, reply.CostUsd);
    }

    [Fact]
    public async Task RunThatIsLost_ItsReservationCountsAsSpentWhenItExpires()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var store = new InMemoryThreadStore(time);
        BudgetReservation Reservation(string id, decimal amount) => new()
        {
            Id = id,
            Amount = amount,
            Limits = [new BudgetLimit("thread:x", 1)],
            ExpiresAt = time.GetUtcNow() + TimeSpan.FromMinutes(30),
        };
        await store.ReserveAsync(Reservation("lost", 0.6m), Token);

        time.Advance(TimeSpan.FromMinutes(31));
        await store.SettleAsync("lost", 0, Token);
        var decision = await store.ReserveAsync(Reservation("next", 0.6m), Token);

        Assert.False(decision.Granted);
        Assert.Equal(0.6m, await store.GetSpentAsync("thread:x", Token));
    }

    [Fact]
    public async Task DearerFallback_IsWhatTheReservationIsMadeFor()
    {
        await using var store = new InMemoryThreadStore(TimeProvider.System);
        var server = new WireServer("openai-chat").Answers(WireReply.Says("done"));
        using var cheap = NewFactory(server, """{"input":0,"output":0}""");
        var catalog = WireAgent.CatalogWith("dear", 100_000, """{"input":1000,"output":1000}""");
        await using var agent = HarnessAgent.CreateBuilder("test")
            .UseModel(cheap.Create(ModelSpec.Parse("openai-chat:m")), "openai-chat:m")
            .UseFallbackModel(cheap.Create(ModelSpec.Parse("openai-chat:dear")), "openai-chat:dear")
            .UseModelCatalog(catalog)
            .UseStateStore(store)
            .UseBudget(new ThreadBudget { CostUsd = 0.5m })
            .Build();

        var reply = await agent.RunAsync(AgentMessage.Of("go"), Token);

        Assert.Equal(ThreadStatus.Stopped, reply.Status);
        Assert.Empty(server.Bodies);
    }

    private static ModelFactory NewFactory(WireServer server, string? price) => new(
        ModelTest.Settings(("OPENAI_API_KEY", "k")), WireAgent.CatalogWith("m", 100_000, price), new RetryOptions { MinDelay = TimeSpan.Zero }, handler: server);

    private static HarnessAgent NewAgent(ModelFactory factory, InMemoryThreadStore store, ThreadBudget budget) => HarnessAgent.CreateBuilder("test")
        .UseModel(factory.Create(ModelSpec.Parse("openai-chat:m")), "openai-chat:m")
        .UseModelCatalog(factory.Catalog)
        .UseStateStore(store)
        .UseBudget(budget)
        .UseTools(Microsoft.Extensions.AI.AIFunctionFactory.Create((int n) => "seen", "look"))
        .Build();
}
