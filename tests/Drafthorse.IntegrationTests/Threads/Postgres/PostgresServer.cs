using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

[assembly: AssemblyFixture(typeof(Drafthorse.IntegrationTests.Threads.Postgres.PostgresServer))]

namespace Drafthorse.IntegrationTests.Threads.Postgres;

/// <summary>A PostgreSQL server of the test run's own, on loopback, started when the first test wants it. Each test has a database of its own.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private static readonly Lazy<string?> Programs = new(FindPrograms);
    private readonly Lazy<Started> _started = new(Start);
    private Process? _again;
    private int _databases;

    /// <summary>Whether the server's programs are installed.</summary>
    public static bool IsInstalled => Programs.Value is not null;

    public int Port => _started.Value.Port;

    /// <summary>Makes a database and returns its address.</summary>
    public async Task<string> NewDatabaseAsync()
    {
        Assert.SkipUnless(IsInstalled, "There is no PostgreSQL server (apt-get install postgresql).");
        var name = $"test_{Interlocked.Increment(ref _databases)}";
        await RunAsync($"CREATE DATABASE {name}");
        return Address(name);
    }

    public string Address(string database) => $"postgres://postgres@127.0.0.1:{Port}/{database}?pooling=true";

    /// <summary>Runs a statement as the server's administrator.</summary>
    public async Task RunAsync(string sql, string database = "postgres")
    {
        await using var source = NpgsqlDataSource.Create($"Host=127.0.0.1;Port={Port};Username=postgres;Database={database};Pooling=false");
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Ends the server as a crash would, without a checkpoint, and starts it again on the same port.</summary>
    public async Task RestartAsync()
    {
        var (first, directory, port) = _started.Value;
        var process = _again ?? first;
        using (var quit = Process.Start("kill", ["-QUIT", $"{process.Id}"]))
            await quit.WaitForExitAsync();
        await process.WaitForExitAsync();
        _again = Run(directory, port);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_started.IsValueCreated)
            return;

        var (first, directory, _) = _started.Value;
        var process = _again ?? first;
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    private static Started Start()
    {
        var directory = Directory.CreateTempSubdirectory("drafthorse-postgres-").FullName;
        var data = Path.Combine(directory, "data");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        if (Environment.IsPrivilegedProcess)
        {
            using var chown = Process.Start("chown", ["postgres", directory]);
            chown.WaitForExit();
        }

        using (var initdb = Process.Start(Program("initdb", ["-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]))!)
        {
            initdb.StandardOutput.ReadToEnd();
            initdb.WaitForExit();
            Assert.Equal(0, initdb.ExitCode);
        }

        var process = Run(directory, port);
        var started = new Started(process, directory, port);
        for (var began = Stopwatch.StartNew(); ; Thread.Sleep(20))
        {
            try
            {
                using var connection = new NpgsqlConnection($"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres;Pooling=false;Timeout=2");
                connection.Open();
                return started;
            }
            catch (NpgsqlException) when (began.Elapsed < TimeSpan.FromSeconds(30))
            {
                // It is still starting.
            }
        }
    }

    private static Process Run(string directory, int port)
    {
        var process = Process.Start(Program("postgres", ["-D", Path.Combine(directory, "data"), "-k", directory, "-p", $"{port}", "-h", "127.0.0.1", "-c", "fsync=off", "-c", "max_connections=300"]))!;
        _ = process.StandardError.ReadToEndAsync();
        _ = process.StandardOutput.ReadToEndAsync();
        return process;
    }

    private static ProcessStartInfo Program(string name, string[] arguments) => AsPostgres(Path.Combine(Programs.Value!, name), arguments);

    /// <summary>A program that does not run as root.</summary>
    internal static ProcessStartInfo AsPostgres(string program, string[] arguments) => Environment.IsPrivilegedProcess
        ? new ProcessStartInfo("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" }
        : new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };

    private static string? FindPrograms() => Directory.Exists("/usr/lib/postgresql")
        ? Directory.EnumerateDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).Where(bin => File.Exists(Path.Combine(bin, "postgres"))).Order(StringComparer.Ordinal).LastOrDefault()
        : null;

    private sealed record Started(Process Process, string Directory, int Port);
}
