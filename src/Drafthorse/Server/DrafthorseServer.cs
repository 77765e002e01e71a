using System.Net.Sockets;
using Drafthorse.Admission;
using Drafthorse.Channels.GitHub;
using Drafthorse.Composition;
using Drafthorse.Harness.Threads;
using Drafthorse.Server.Approvals;
using Drafthorse.Settings;
using Drafthorse.Webhooks;
using Microsoft.AspNetCore.Connections;

namespace Drafthorse.Server;

/// <summary>The server: webhooks and API at the front, workers and effects behind, one process.</summary>
internal sealed class DrafthorseServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Platform _platform;
    private readonly ILoggerFactory _loggers;

    private DrafthorseServer(WebApplication app, Platform platform, ILoggerFactory loggers, ApiAccess access)
    {
        _app = app;
        _platform = platform;
        _loggers = loggers;
        (ApiToken, IsMonitoringOpen) = (access.Token, access.IsMonitoringOpen);
    }

    public Platform Platform => _platform;

    /// <summary>Where it listens.</summary>
    public Uri Url => new(_app.Urls.First().Replace("[::]", "localhost", StringComparison.Ordinal).Replace("0.0.0.0", "localhost", StringComparison.Ordinal));

    /// <summary>The bearer token of the API.</summary>
    public string ApiToken { get; }

    /// <summary>Whether anybody on this machine may see its metrics.</summary>
    public bool IsMonitoringOpen { get; }

    /// <summary>Throws <see cref="SettingsException"/> also when nothing can be listened to where it should.</summary>
    public static async Task<DrafthorseServer> StartAsync(
        DrafthorseSettings settings, PlatformOptions options, string? urls, Action<ILoggingBuilder>? logging, CancellationToken cancellationToken)
    {
        var access = ApiAccess.Of(settings, urls);
        urls ??= "http://127.0.0.1:8080";
        var loggers = LoggerFactory.Create(log => logging?.Invoke(log));
        Platform? platform = null;
        WebApplication? app = null;
        try
        {
            platform = await Platform.BuildAsync(settings, options with { Loggers = loggers }, cancellationToken);
            app = Build(platform, access, urls, logging);
            await app.StartAsync(cancellationToken);
            return new DrafthorseServer(app, platform, loggers, access);
        }
        catch (Exception exception)
        {
            // Workers start before the socket is bound.
            await EndAsync(app, platform, loggers);
            if (app is not null && exception is (IOException or SocketException))
                throw new SettingsException($"The server cannot listen on {urls}: {exception.GetBaseException().Message}. Name another address with --urls, or end what listens there.", exception);
            throw;
        }
    }

    public Task WaitForShutdownAsync(CancellationToken cancellationToken) => _app.WaitForShutdownAsync(cancellationToken);

    public ValueTask DisposeAsync() => EndAsync(_app, _platform, _loggers);

    private static async ValueTask EndAsync(WebApplication? app, Platform? platform, ILoggerFactory loggers)
    {
        if (app is not null)
        {
            await app.StopAsync(CancellationToken.None);
            await app.DisposeAsync();
        }

        if (platform is not null)
            await platform.DisposeAsync();
        loggers.Dispose();
    }

    private static WebApplication Build(Platform platform, ApiAccess access, string urls, Action<ILoggingBuilder>? logging)
    {
        var settings = platform.Settings;

        // Nothing is watched: a user has few watchers, which others may have taken, and the server would not start.
        string[] unwatched = ["--hostBuilder:reloadConfigOnChange=false"];
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = unwatched, ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        logging?.Invoke(builder.Logging);
        builder.WebHost.UseUrls(urls);
        builder.WebHost.ConfigureKestrel(ServerLimits.Apply);
        builder.Services.AddSingleton<IMemoryPoolFactory<byte>, ConnectionMemory>();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddProblemDetails();
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default));
        ApiDescription.AddTo(builder.Services);
        Telemetry.AddTo(builder.Services);
        builder.Services.AddSingleton(platform).AddSingleton<IThreadStore>(platform.Store).AddSingleton<StoreHealth>().AddSingleton(access);
        if (settings.GitHub is { } github)
        {
            builder.Services.AddSingleton(new GitHubWebhook(github, TimeProvider.System));
            GitHubWebhookEndpoint.AddTo(builder.Services);
            var channel = platform.Channels.OfType<GitHubChannel>().First();
            builder.Services.AddSingleton(channel.CreateReconciler(Path.Combine(settings.StatePath, "github-deliveries.json"))).AddHostedService<ReconcilerService>();
        }

        builder.Services.AddHostedService<WorkerService>().AddHostedService<DispatcherService>().AddHostedService<SweepService>().AddHostedService<MemoryReturn>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(75));

        var app = builder.Build();
        app.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandler = ApiErrors.AnswerExceptionAsync, SuppressDiagnosticsCallback = _ => false });
        app.UseStatusCodePages(ApiErrors.AnswerStatusAsync);
        app.UseRouting();
        app.Use(access.GuardAsync);
        if (settings.GitHub is not null)
            GitHubWebhookEndpoint.Map(app);
        ThreadsApi.Map(app.MapGroup("/api/threads"));
        ApprovalsApi.Map(app.MapGroup("/api/approvals"));
        ThreadLinks.Map(app);
        ApiDescription.Map(app);
        _ = app.Services.GetRequiredService<StoreHealth>();
        Health.Map(app);
        Telemetry.Map(app);
        return app;
    }
}
