using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Drafthorse.IntegrationTests.Threads.Redis;

/// <summary>A Redis server of one test's own, on loopback.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("drafthorse-redis-").FullName;
    private readonly string[] _settings;
    private Process _process;

    public RedisServer(params string[] settings)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/redis-server"), "There is no Redis server (apt-get install redis-server).");
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        }

        _settings = settings;
        _process = Start();
    }

    public int Port { get; }

    public string Address => $"redis://127.0.0.1:{Port}";

    /// <summary>Ends the server as a crash would and starts it again on the same port and files.</summary>
    public async Task RestartAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = Start();
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private Process Start()
    {
        var process = Process.Start(new ProcessStartInfo(
            "/usr/bin/redis-server",
            ["--port", $"{Port}", "--bind", "127.0.0.1", "--dir", _directory, "--save", "", "--appendonly", "yes", "--appendfsync", "always", .. _settings]) { RedirectStandardOutput = true })!;
        while (process.StandardOutput.ReadLine() is { } line && !line.Contains("Ready to accept connections", StringComparison.Ordinal))
        {
            // It tells when it is up.
        }

        _ = process.StandardOutput.ReadToEndAsync();
        return process;
    }
}
