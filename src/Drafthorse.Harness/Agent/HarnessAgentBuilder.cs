using Drafthorse.Harness.Models;
using Drafthorse.Harness.Models.Resilience;
using Drafthorse.Harness.Permissions;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Secrets;
using Drafthorse.Harness.Threads;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drafthorse.Harness;

/// <summary>Puts a <see cref="HarnessAgent"/> together. Every part but the model has a default that works on one machine.</summary>
public sealed partial class HarnessAgentBuilder
{
    private readonly string _name;
    private readonly List<(IChatClient Client, string Name)> _fallbacks = [];
    private readonly List<AIFunction> _tools = [];
    private readonly List<IAgentMiddleware> _middleware = [];
    private readonly SystemPrompt _prompt = new();
    private (IChatClient Client, string Name)? _model;
    private RetryOptions? _retries;
    private Func<string, IChatClient>? _choice;
    private ModelCatalog? _catalog;
    private IThreadStore? _store;
    private FilesystemSpec? _filesystem;
    private Func<RunContext, CancellationToken, Task<SandboxSession>>? _sandbox;
    private ThreadBudget _budget = new();
    private ModelCallLimit _limit = new();
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
        _model = (client, name ?? ModelClients.NameOf(client));
        return this;
    }

    /// <summary>A model that is asked when those before it fail for good. May be called several times; order counts.</summary>
    public HarnessAgentBuilder UseFallbackModel(IChatClient client, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        _fallbacks.Add((client, name ?? ModelClients.NameOf(client)));
        return this;
    }

    /// <summary>How a failed model call is repeated before the next fallback model is asked; a <see cref="ModelFactory"/>'s clients have its own options.</summary>
    public HarnessAgentBuilder UseRetries(RetryOptions options)
    {
        _retries = options;
        return this;
    }

    /// <summary>Lets people choose another model for a thread (<see cref="InboxMessage.Model"/>). The function gets what they wrote and
    /// returns the client, the same one each time, or throws <see cref="ModelException"/> with what they are to be told.</summary>
    public HarnessAgentBuilder UseModelChoice(Func<string, IChatClient> create)
    {
        _choice = create;
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

    /// <summary>Where tools act (default: <see cref="LocalFilesystemSpec"/>, this machine's current directory, without isolation).</summary>
    public HarnessAgentBuilder UseFilesystem(FilesystemSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        (_filesystem, _sandbox) = (spec, null);
        return this;
    }

    /// <summary>How a run gets its sandbox, where no <see cref="FilesystemSpec"/> says it.</summary>
    public HarnessAgentBuilder UseSandboxes(Func<RunContext, CancellationToken, Task<SandboxSession>> acquire)
    {
        (_filesystem, _sandbox) = (null, acquire);
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
        _prompt.Add((_, _) => ValueTask.FromResult(text));
        return this;
    }

    /// <summary>Adds to the system prompt of new threads what is known only when their first run begins.</summary>
    public HarnessAgentBuilder UseInstructions(Func<RunContext, CancellationToken, ValueTask<string>> text)
    {
        _prompt.Add(text);
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

    /// <summary>The agent. Throws <see cref="InvalidOperationException"/> when no model was given, and
    /// <see cref="NotSupportedException"/> for an isolation scope that there is not yet.</summary>
    public HarnessAgent Build()
    {
        var (client, model) = _model ?? throw new InvalidOperationException($"Agent '{_name}' has no model: call UseModel, or register an IChatClient.");
        var catalog = _catalog ?? ModelCatalog.BuiltIn;
        var owned = new List<IAsyncDisposable>();
        var store = _store ?? Owned(owned, new InMemoryThreadStore(_timeProvider));
        var sandboxes = _sandbox ?? Owned(owned, new SpecSandboxes(_filesystem ?? new LocalFilesystemSpec(), store, _timeProvider, _loggers)).AcquireAsync;
        var workspace = NewWorkspace(store);
        var (brief, archive) = (NewBrief(), ResultArchive.Of(_eviction));
        return new HarnessAgent(
            new AgentOptions
            {
                Name = _name,
                Client = ModelClients.Compose([(client, model), .. _fallbacks], _retries, _timeProvider),
                Model = model,
                Fallbacks = [.. _fallbacks.Select(fallback => fallback.Name)],
                FindModel = catalog.Find,
                Summarizer = ModelClients.SummarizerOf(_compaction, _retries, _timeProvider),
                Store = store,
                Tools = new ToolSet([.. _coreTools, .. Todos.TodoWriteTool.Of(_todos), .. Planning.PlanTools.Of(_planMode), .. SessionSearchTool.Of(_compaction, store, archive, _timeProvider), .. workspace?.Tools ?? [], .. _tools]),
                Instructions = _prompt.ComposeAsync,
                AcquireSandbox = brief is null ? sandboxes : brief.Around(sandboxes),
                CreateClient = _choice,
                Middleware = [.. _middleware, .. brief is null ? Array.Empty<IAgentMiddleware>() : [brief], new PermissionMiddleware([.. _permissions], _canAsk), .. workspace?.Middleware ?? []],
                Budget = _budget,
                Limit = _limit,
                Approvals = _approvals,
                PlanMode = _planMode,
                Compaction = _compaction,
                Eviction = _eviction,
                Archive = archive,
                HeadRoom = _headRoom,
                Redactor = _redactor,
                TimeProvider = _timeProvider,
                Watcher = _watcher,
            },
            _loggers.CreateLogger<HarnessAgent>(),
            owned);
    }

    private static T Owned<T>(List<IAsyncDisposable> owned, T part) where T : IAsyncDisposable
    {
        owned.Add(part);
        return part;
    }
}
