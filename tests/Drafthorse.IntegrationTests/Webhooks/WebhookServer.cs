using System.Net;
using Drafthorse.Channels.GitHub;
using Drafthorse.Harness.Sqlite;
using Drafthorse.Harness.Threads;
using Drafthorse.Webhooks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Drafthorse.IntegrationTests.Webhooks;

/// <summary>The real endpoint on Kestrel, in front of the real store on disk.</summary>
internal sealed class WebhookServer : IAsyncDisposable
{
    public const string Secret = "the secret of the tests";

    private readonly WebApplication _app;
    private readonly DirectoryInfo _folder;

    private WebhookServer(WebApplication app, DirectoryInfo folder, SqliteThreadStore store)
    {
        (_app, _folder, Store) = (app, folder, store);
        Hook = new Uri(new Uri(app.Urls.First()), "/webhooks/github");
    }

    public Uri Hook { get; }

    public SqliteThreadStore Store { get; }

    public static async Task<WebhookServer> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("drafthorse-webhooks-");
        var store = new SqliteThreadStore(new SqliteThreadStoreOptions { Path = Path.Combine(folder.FullName, "drafthorse.db") });
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddSingleton<IThreadStore>(store);
        builder.Services.AddSingleton(new GitHubWebhook(new GitHubOptions { WebhookSecrets = [Secret] }, TimeProvider.System));
        GitHubWebhookEndpoint.AddTo(builder.Services);
        var app = builder.Build();
        GitHubWebhookEndpoint.Map(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new WebhookServer(app, folder, store);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        await Store.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
