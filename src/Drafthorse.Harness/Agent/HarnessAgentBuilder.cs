using Drafthorse.Harness.Budgets;
using Drafthorse.Harness.Compaction;
using Drafthorse.Harness.Events;
using Drafthorse.Harness.Middleware;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Models.Resilience;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Secrets;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Threads.Memory;
using Drafthorse.Harness.Tools;
using Drafthorse.Harness.Tools.Core;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drafthorse.Harness.Agent;

/// <summary>Puts a <see cref="HarnessAgent"/> together. Every part but the model has a default that works on one machine.</summary>
public sealed class HarnessAgentBuilder
{
    private readonly string _name;
    private readonly List<(IChatClient Client, string Name)> _fallbacks = [];
    private readonly List<AIFunction> _tools = [];
    private readonly List<IAgentMiddleware> _middleware = [];
    private readonly List<Func<RunContext, CancellationToken, ValueTask<string>>> _instructions = [(_, _) => ValueTask.FromResult(DefaultInstructions.Text)];
    private (IChatClient Client, string Name)? _model;
    private ModelCatalog? _catalog;
    private IThreadStore? _store;
    private Func<RunContext, CancellationToken, Task<SandboxSession>>? _sandbox;
    private ThreadBudget _budget = new();
    private ModelCallLimit _limit = new();
    private CompactionOptions _compaction = new();
    private ToolResultEvictionOptions _eviction = new();
    private SecretRedactor _redactor = new(new Dictionary<string, string>());
    private TimeProvider _timeProvider = TimeProvider.System;
    private ILoggerFactory _loggers = NullLoggerFactory.Instance;
    private Action<AgentEvent>? _watcher;

    internal HarnessAgentBuilder(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        _name = name;
    }

    /// <summary>The model: any chat client. <paramref name="name"/> (<c>provider:model</c>) finds its window and prices.</summary>
    public HarnessAgentBuilder UseModel(IChatClient client, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        _model = (client, name ?? NameOf(client));
        return this;
    }

    /// <summary>A model that is asked when those before it fail for good. May be called several times; order counts.</summary>
    public HarnessAgentBuilder UseFallbackModel(IChatClient client, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        _fallbacks.Add((client, name ?? NameOf(client)));
        return this;
    }

    /// <summary>Context windows and prices (default: those that come with the library).</summary>
    public HarnessAgentBuilder UseModelCatalog(ModelCatalog catalog)
    {
        _catalog = catalog;
        return this;
    }

    /// <summary>Where threads live (default: in memory, gone with the process). The caller disposes of it.</summary>
    public HarnessAgentBuilder UseStateStore(IThreadStore store)
    {
        _store = store;
        return this;
    }

    /// <summary>How a run gets its sandbox.</summary>
    public HarnessAgentBuilder UseSandboxes(Func<RunContext, CancellationToken, Task<SandboxSession>> acquire)
    {
        _sandbox = acquire;
        return this;
    }

    /// <summary>More tools beside the core ones. One of the same name replaces a core tool.</summary>
    public HarnessAgentBuilder UseTools(params IEnumerable<AIFunction> tools)
    {
        _tools.AddRange(tools);
        return this;
    }

    /// <summary>Adds to the system prompt of new threads.</summary>
    public HarnessAgentBuilder UseInstructions(string text)
    {
        _instructions.Add((_, _) => ValueTask.FromResult(text));
        return this;
    }

    /// <summary>Adds to the system prompt of new threads what is known only when their first run begins.</summary>
    public HarnessAgentBuilder UseInstructions(Func<RunContext, CancellationToken, ValueTask<string>> text)
    {
        _instructions.Add(text);
        return this;
    }

    /// <summary>Code around runs, model calls and tool calls; the first is the outermost.</summary>
    public HarnessAgentBuilder Use(IAgentMiddleware middleware)
    {
        _middleware.Add(middleware);
        return this;
    }

    /// <summary>What threads may cost.</summary>
    public HarnessAgentBuilder UseBudget(ThreadBudget budget)
    {
        _budget = budget;
        return this;
    }

    /// <summary>How long a run may go on.</summary>
    public HarnessAgentBuilder UseLimit(ModelCallLimit limit)
    {
        _limit = limit;
        return this;
    }

    /// <summary>When and how older context is summarized.</summary>
    public HarnessAgentBuilder UseCompaction(CompactionOptions options)
    {
        _compaction = options;
        return this;
    }

    /// <summary>Which tool results are moved to files.</summary>
    public HarnessAgentBuilder UseToolResultEviction(ToolResultEvictionOptions? options = null)
    {
        _eviction = options ?? new();
        return this;
    }

    /// <summary>Secrets to keep out of the journal and the model's context, by name.</summary>
    public HarnessAgentBuilder UseSecrets(IReadOnlyDictionary<string, string> secrets)
    {
        _redactor = new SecretRedactor(secrets);
        return this;
    }

    /// <summary>Sees every event of every run, as it happens. Must not block.</summary>
    public HarnessAgentBuilder UseWatcher(Action<AgentEvent> watcher)
    {
        _watcher += watcher;
        return this;
    }

    /// <summary>Where the log goes.</summary>
    public HarnessAgentBuilder UseLoggers(ILoggerFactory loggers)
    {
        _loggers = loggers;
        return this;
    }

    /// <summary>The clock.</summary>
    public HarnessAgentBuilder UseTimeProvider(TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        return this;
    }

    /// <summary>The agent. Throws <see cref="InvalidOperationException"/> when no model was given.</summary>
    public HarnessAgent Build()
    {
        var (client, model) = _model ?? throw new InvalidOperationException($"Agent '{_name}' has no model: call UseModel.");
        var catalog = _catalog ?? ModelCatalog.BuiltIn;
        return new HarnessAgent(
            new AgentOptions
            {
                Name = _name,
                Client = _fallbacks.Count == 0
                    ? client
                    : new FallbackChatClient([new FallbackModel(model, client), .. _fallbacks.Select(fallback => new FallbackModel(fallback.Name, fallback.Client))]),
                Model = model,
                Fallbacks = [.. _fallbacks.Select(fallback => fallback.Name)],
                FindModel = name => ModelSpec.TryParse(name, out var spec, out _) ? catalog.Find(spec) : new ModelInfo(),
                Store = _store ?? new InMemoryThreadStore(_timeProvider),
                Tools = new ToolSet([.. CoreTools.All, .. _tools]),
                Instructions = ComposeAsync,
                AcquireSandbox = _sandbox ?? throw new InvalidOperationException($"Agent '{_name}' has no sandbox: call UseFilesystem."),
                Middleware = [.. _middleware],
                Budget = _budget,
                Limit = _limit,
                Compaction = _compaction,
                Eviction = _eviction,
                Redactor = _redactor,
                TimeProvider = _timeProvider,
                Watcher = _watcher,
            },
            _loggers.CreateLogger<HarnessAgent>());
    }

    private async ValueTask<string> ComposeAsync(RunContext run, CancellationToken cancellationToken)
    {
        var parts = new List<string>();
        foreach (var instruction in _instructions)
        {
            parts.Add(await instruction(run, cancellationToken).ConfigureAwait(false));
        }

        return string.Join("\n\n", parts.Where(part => part.Length > 0));
    }

    private static string NameOf(IChatClient client) =>
        client.GetService<ChatClientMetadata>() is { } metadata ? $"{metadata.ProviderName}:{metadata.DefaultModelId}" : "custom:model";
}
