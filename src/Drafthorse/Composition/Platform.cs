using Drafthorse.Channels.GitHub;
using Drafthorse.Folders;
using Drafthorse.Harness;
using Drafthorse.Harness.Approvals;
using Drafthorse.Harness.Channels;
using Drafthorse.Harness.Drafts;
using Drafthorse.Harness.Egress;
using Drafthorse.Harness.Egress.Registries;
using Drafthorse.Harness.Egress.Trust;
using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.GitGateway.Mirrors;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Outbox;
using Drafthorse.Harness.Runs;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Secrets;
using Drafthorse.Harness.Threads;
using Drafthorse.Sandbox.Files;
using Drafthorse.Settings;

namespace Drafthorse.Composition;

/// <summary>The composition root: everything that a process of Drafthorse is made of, put together from the settings.</summary>
internal sealed class Platform : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _owned = [];

    private Platform(DrafthorseSettings settings, ThreadStore store, ILoggerFactory loggers)
    {
        Settings = settings;
        Store = store;
        Loggers = loggers;
    }

    public DrafthorseSettings Settings { get; }

    public ThreadStore Store { get; }

    public ILoggerFactory Loggers { get; }

    public required HarnessAgent Agent { get; init; }

    public required SandboxSelection Sandbox { get; init; }

    public required SandboxPool Sandboxes { get; init; }

    public required IReadOnlyList<IChannel> Channels { get; init; }

    public required IReadOnlyList<ModelSpec> Models { get; init; }

    /// <summary>Where people's answers are taken.</summary>
    public ApprovalDesk Desk => new(Store, Settings.Approvals, TimeProvider.System);

    /// <summary>What brings this machine's folder into isolated sandboxes and out; null when nothing does.</summary>
    public FolderMiddleware? Folder { get; private init; }

    /// <summary>A model whose price is not known, so that budgets in USD do not hold it; or null.</summary>
    public ModelSpec? Unpriced { get; private init; }

    /// <summary>What is wrong in the model catalog without keeping it from being used.</summary>
    public IReadOnlyList<string> ModelWarnings { get; private init; } = [];

    /// <summary>Puts a platform together. Throws <see cref="ModelException"/>, <see cref="SandboxException"/> and
    /// <see cref="ThreadStoreException"/>, each with what to do.</summary>
    public static async Task<Platform> BuildAsync(DrafthorseSettings settings, PlatformOptions options, CancellationToken cancellationToken)
    {
        var specs = await settings.Models.ChooseAsync(options.Model, options.Fallbacks, cancellationToken);
        var catalog = ModelCatalog.Load(Path.Combine(settings.Home, "models.json"));
        var factory = new ModelFactory(settings.Models, options.DeclaresToolsByFamily ? catalog : catalog.WithoutFamilies())
        {
            RecordContent = settings.RecordsContent ? new SecretRedactor(settings.Secrets).Redact : null,
        };
        var selection = await SandboxKinds.SelectAsync(settings, options, cancellationToken);

        // Tools of this process make the person's own files.
        if (!selection.Backend.IsIsolated)
            CreationMask.Restore();
        var store = options.WaitsForStore ? await ThreadStores.OpenWhenFreeAsync(settings, cancellationToken) : await ThreadStores.OpenAsync(settings, cancellationToken);
        try
        {
            return Assemble(settings, options, specs, factory, selection, store);
        }
        catch
        {
            await selection.Backend.DisposeAsync();
            await store.DisposeAsync();
            throw;
        }
    }

    /// <summary>A worker over the platform's threads.</summary>
    public ThreadWorker NewWorker() => new(
        Store, (lease, draining) => Agent.RunAsync(lease, null, draining),
        new ThreadWorkerOptions
        {
            Concurrency = Settings.Workers,
            Limits = Settings.RunLimits,
            LeaseTime = Settings.LeaseTime,
            OwnersDirectory = Path.Combine(Settings.StatePath, "owners"),
        },
        logger: Loggers.CreateLogger<ThreadWorker>());

    /// <summary>A dispatcher of the platform's effects, or of one thread's. Its lease bounds how long a crash delays an effect.</summary>
    public OutboxDispatcher NewDispatcher(ThreadId? only = null)
    {
        var lease = Settings.LeaseTime * 1.5;
        return new OutboxDispatcher(
            Store, Channels, new OutboxDispatcherOptions { Only = only, LeaseTime = lease, CallTimeout = lease * 2 / 3 }, logger: Loggers.CreateLogger<OutboxDispatcher>());
    }

    /// <summary>Removes a thread's sandbox when all that was done in it is in the folder.</summary>
    public async Task LetSandboxGoAsync(ThreadId thread)
    {
        if (Folder is not { KeepsWork: false } || await Store.GetThreadAsync(thread, CancellationToken.None) is not { Owner: null, Facts.Sandbox: { } sandbox })
            return;
        try
        {
            await Sandbox.Backend.RemoveAsync(sandbox, CancellationToken.None);
            await Folder.ForgetAsync(thread, CancellationToken.None);
        }
        catch (Exception exception) when (exception is SandboxException or FolderException)
        {
            await Console.Error.WriteLineAsync($"The sandbox {sandbox.Id} could not be removed: {exception.Message}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var channel in Channels.OfType<IDisposable>())
            channel.Dispose();
        await Sandboxes.StopUsedAsync(Store, CancellationToken.None);
        foreach (var owned in _owned)
            await owned.DisposeAsync();
    }

    private static Platform Assemble(
        DrafthorseSettings settings, PlatformOptions options, IReadOnlyList<ModelSpec> specs, ModelFactory factory, SandboxSelection selection, ThreadStore store)
    {
        var github = settings.GitHub is null ? null : NewGitHub(settings, settings.GitHub, store, options.Loggers);
        var mirrors = new RepositoryMirrors(
            new GitGatewayOptions { StateDirectory = Path.Combine(settings.StatePath, "git") },
            github is null ? (_, _, _) => default : github.GetGitCredentialAsync);
        var egress = EgressParts.NewGate(settings, options.Loggers);
        var pool = new SandboxPool(
            selection.Backend,
            new SandboxPoolOptions
            {
                KeepWarm = settings.KeepWarm,
                KeepDone = settings.KeepDone,
                KeepUnfinished = settings.KeepUnfinished,
                MaxKept = settings.MaxKeptSandboxes,
                MaxKeptMemoryBytes = settings.MaxKeptSandboxMemory,
            },
            logger: options.Loggers.CreateLogger<SandboxPool>());
        var drafts = DraftSettings.Of(settings, options, selection, github);
        var sandboxes = new RepositorySandboxes(pool, egress, new GitGatewayServer(mirrors, options.Loggers.CreateLogger<GitGatewayServer>()), drafts, EgressParts.ReadTrust(settings));

        var folder = options.Folder is { } carried && selection.Backend.IsIsolated ? new FolderMiddleware(carried, settings.FoldersPath) : null;
        var builder = HarnessAgent.CreateBuilder("coding")
            .UseModel(factory.Create(specs[0]), specs[0].ToString())
            .UseModelCatalog(factory.Catalog)
            .UseModelChoice(ModelChoices.Of(settings, factory, [.. specs.Skip(1)]))
            .UseStateStore(store)
            .UseSandboxes(folder is null ? sandboxes.AcquireAsync : async (run, token) => await FolderMiddleware.EnterAsync(run, await sandboxes.AcquireAsync(run, token), token))
            .UseInstructions((run, _) => ValueTask.FromResult(Surroundings.Describe(run, selection, folder is not null)))
            .UseWorkspace(new WorkspaceOptions { Path = settings.WorkspacePath, OverlayPath = settings.OverlayPath })
            .UseSkills()
            .UseMemory()
            .UseRepositoryInstructions(new InstructionSources(mirrors, settings, options.Folder).OpenAsync)
            .UseProject(new Projects(mirrors, settings, selection.Backend.IsIsolated, options.Folder).FindAsync)
            .UseEnvironmentBrief(new EnvironmentBriefOptions { Enabled = settings.Brief })
            .UseBudget(options.Budget ?? settings.Budget)
            .UseLimit(options.Limit)
            .UseApprovals(settings.Approvals)
            .UsePlanMode(settings.PlanMode)
            .UseToolResultEviction(new ToolResultEvictionOptions { ArchiveFolder = settings.ResultsPath })
            .UsePermissions(settings.Permissions)
            .UsePermissions(PermissionSettings.ReadWorkspace(settings.WorkspacePath))
            .UsePermissions(new PermissionOptions { CanAsk = options.CanAsk })
            .UseHeadRoom(new HeadRoomOptions { Enabled = options.HasHeadRoom, HowToRaise = Surroundings.HowToRaise })
            .UseSecrets(settings.Secrets)
            .UseLoggers(options.Loggers)
            .Use(new DraftMiddleware(mirrors, drafts));
        if (folder is not null)
            builder.Use(folder);
        if (options is { HasDoneGateInFolders: true, DoneGate: { } gate })
            builder.UseDoneGate(new DoneGateOptions { SmallChange = gate.SmallChange, AsksWhereNothingIsCounted = false, Verify = options.FolderVerify, CommandTimeout = options.CommandTimeout });
        foreach (var fallback in specs.Skip(1))
            builder.UseFallbackModel(factory.Create(fallback), fallback.ToString());
        options.Adjust?.Invoke(builder);

        var platform = new Platform(settings, store, options.Loggers)
        {
            Agent = builder.Build(),
            Sandbox = selection,
            Sandboxes = pool,
            Channels = github is null ? [] : [github],
            Models = specs,
            Folder = folder,
            ModelWarnings = factory.Catalog.Warnings,
            Unpriced = specs.FirstOrDefault(spec => factory.Catalog.Find(spec).Price is null),
        };
        platform._owned.AddRange([selection.Backend, store]);
        return platform;
    }

    private static GitHubChannel NewGitHub(DrafthorseSettings settings, GitHubOptions options, IThreadStore store, ILoggerFactory loggers)
    {
        var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) });
        try
        {
            return NewGitHub(settings, options, store, http, loggers);
        }
        catch (FormatException exception)
        {
            throw new SettingsException($"{exception.Message} Download it anew from the App's page (docs/github-app.md).", exception);
        }
    }

    private static GitHubChannel NewGitHub(DrafthorseSettings settings, GitHubOptions options, IThreadStore store, HttpClient http, ILoggerFactory loggers) =>
        new(options, store, http, TimeProvider.System, loggers, text => ModelChoices.WhyNot(settings, text), settings.Approvals)
        {
            WhyQueued = async (thread, cancellationToken) => (await QueuedThreads.WhyAsync(store, settings, [thread], cancellationToken)).GetValueOrDefault(thread.Id),
        };
}
