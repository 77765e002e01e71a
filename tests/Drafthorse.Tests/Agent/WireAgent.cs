using Drafthorse.Harness;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Models.Resilience;
using Drafthorse.Harness.Threads;
using Drafthorse.Tests.Models;
using Drafthorse.Tests.Sandbox.Files;
using Microsoft.Extensions.AI;

namespace Drafthorse.Tests.Agent;

/// <summary>A whole agent over the real client of a provider, a server in process, and a folder of its own.</summary>
internal sealed class WireAgent : IAsyncDisposable
{
    public const string Key = "cli:wire";

    private readonly ModelFactory _factory;

    public WireAgent(string spec, Action<HarnessAgentBuilder>? configure = null, ModelCatalog? catalog = null)
    {
        Server = new WireServer(spec[..spec.IndexOf(':', StringComparison.Ordinal)]);
        var settings = ModelTest.Settings(("OPENAI_API_KEY", "k"), ("ANTHROPIC_API_KEY", "k"), ("DASHSCOPE_API_KEY", "k"));
        _factory = new ModelFactory(settings, catalog, new RetryOptions { MinDelay = TimeSpan.Zero }, handler: Server);
        var builder = HarnessAgent.CreateBuilder("test")
            .UseModel(_factory.Create(ModelSpec.Parse(spec)), spec)
            .UseModelCatalog(_factory.Catalog)
            .UseStateStore(Store)
            .UseFilesystem(new LocalFilesystemSpec { WorkingDirectory = Folder.Root })
            .UseTools(AIFunctionFactory.Create(
                () => OnLook(),
                new AIFunctionFactoryOptions { Name = "look", AdditionalProperties = new Dictionary<string, object?> { [ToolEffects.Property] = ToolEffect.Read } }));
        configure?.Invoke(builder);
        Agent = builder.Build();
    }

    public TemporaryFolder Folder { get; } = new();

    public WireServer Server { get; }

    public InMemoryThreadStore Store { get; } = new(TimeProvider.System);

    public HarnessAgent Agent { get; }

    public Func<object> OnLook { get; set; } = () => "seen";

    public Task<AgentReply> SendAsync(string text, params MessageImage[] images) => Agent.RunAsync(
        new AgentMessage { Text = text, ThreadKey = Key, User = "cli:tester", Images = images }, TestContext.Current.CancellationToken);

    public async Task<IReadOnlyList<JournalEvent>> JournalAsync() =>
        [.. (await Store.ReadJournalAsync(ThreadId.FromKey(Key), 0, 100_000, TestContext.Current.CancellationToken)).Select(record => record.Event).OfType<JournalEvent>()];

    public async ValueTask DisposeAsync()
    {
        await Agent.DisposeAsync();
        _factory.Dispose();
        Folder.Dispose();
    }

    /// <summary>A catalog in which a model has a window of this many tokens, and no price.</summary>
    public static ModelCatalog CatalogWith(string model, int window, string? price = null)
    {
        var path = Path.GetTempFileName();
        var priced = price is null ? "" : $",\"price\":{price}";
        File.WriteAllText(path, $$"""{"models": {"{{model}}": {"contextWindow":{{window}},"maxOutput":1000{{priced}} } } }""");
        var catalog = ModelCatalog.Load(path);
        File.Delete(path);
        return catalog;
    }
}
