using Drafthorse.Composition;
using Drafthorse.Server;
using Drafthorse.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drafthorse.IntegrationTests.Server;

public sealed class DrafthorseServerTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("drafthorse-server-");
    private readonly List<Log> _logs = [];

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Dispose_AfterAStart_EndsEachLog()
    {
        var server = await StartAsync("http://127.0.0.1:0");
        Assert.DoesNotContain(_logs, log => log.Ended);

        await server.DisposeAsync();

        Assert.NotEmpty(_logs);
        Assert.All(_logs, log => Assert.True(log.Ended));
    }

    [Fact]
    public async Task Start_AddressInUse_EndsEachLog()
    {
        await using var server = await StartAsync("http://127.0.0.1:0");
        var first = _logs.Count;

        await Assert.ThrowsAsync<SettingsException>(() => StartAsync(server.Url.AbsoluteUri));

        Assert.NotEmpty(_logs.Skip(first));
        Assert.All(_logs.Skip(first), log => Assert.True(log.Ended));
    }

    private Task<DrafthorseServer> StartAsync(string urls)
    {
        var script = Path.Combine(_folder.FullName, "script.jsonl");
        File.WriteAllText(script, """{"text":"hi"}""");
        var settings = DrafthorseSettings.Read(new SettingsReader(new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["DRAFTHORSE_HOME"] = Path.Combine(_folder.FullName, "home"), ["DRAFTHORSE_MODEL"] = $"script:{script}", ["SANDBOX_TYPE"] = "local" })
            .Build()));
        return DrafthorseServer.StartAsync(settings, new PlatformOptions(), urls, AddLog, TestContext.Current.CancellationToken);
    }

    private void AddLog(ILoggingBuilder builder) => builder.Services.AddSingleton<ILoggerProvider>(_ =>
    {
        var log = new Log();
        _logs.Add(log);
        return log;
    });

    private sealed class Log : ILoggerProvider
    {
        public bool Ended { get; private set; }

        public ILogger CreateLogger(string categoryName) => NullLogger.Instance;

        public void Dispose() => Ended = true;
    }
}
