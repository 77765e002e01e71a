using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Sandboxes.Bubblewrap;
using Microsoft.Extensions.Logging;

namespace Drafthorse.IntegrationTests.Sandboxes;

/// <summary>As root each bubblewrap sandbox is a user of its own on the host.</summary>
public sealed class HostUserTests : IAsyncDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("dh-");
    private readonly LogLines _log = new();
    private readonly List<BubblewrapBackend> _backends = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var backend in _backends)
        {
            foreach (var listing in await backend.ListAsync(CancellationToken.None))
                await backend.RemoveAsync(listing.Sandbox, CancellationToken.None);
        }

        _root.Delete(recursive: true);
    }

    [Fact]
    public async Task Start_ManyAtOnce_EachIsAUserOfItsOwnInTheUnusedRange()
    {
        var backend = await NewBackendAsync();
        var sandboxes = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => backend.StartAsync(Named($"s{i}"), Token)));

        var users = sandboxes.Select(UserOf).ToList();
        var owners = sandboxes.Select(sandbox => OwnerOf(Path.Combine(_root.FullName, sandbox.Id, "src"))).ToList();

        Assert.Equal(6, users.Distinct().Count());
        Assert.All(users, user => Assert.InRange(user, 60_578, 61_183));
        Assert.Equal(users, owners);
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task Start_AllTaken_SharesAndSaysSo_UntilOneIsFree()
    {
        var backend = await NewBackendAsync(count: 2);
        var first = await backend.StartAsync(Named("first"), Token);
        var second = await backend.StartAsync(Named("second"), Token);
        var quiet = _log.Lines.Count;
        var third = await backend.StartAsync(Named("third"), Token);
        var (firstUser, thirdUser) = (UserOf(first), UserOf(third));
        await backend.RemoveAsync(first, Token);
        await backend.RemoveAsync(third, Token);

        var fourth = await backend.StartAsync(Named("fourth"), Token);

        Assert.NotEqual(firstUser, UserOf(second));
        Assert.Contains(thirdUser, new[] { firstUser, UserOf(second) });
        Assert.Equal(0, quiet);
        Assert.Contains("shares the host user", Assert.Single(_log.Lines), StringComparison.Ordinal);
        Assert.NotEqual(UserOf(second), UserOf(fourth));
    }

    [Fact]
    public async Task Start_Stopped_ComesBackAsTheSameUser()
    {
        var backend = await NewBackendAsync();
        var pool = new SandboxPool(backend);
        var request = new SandboxRequest { ThreadId = default, Token = 1 };
        var session = await pool.AcquireAsync(request, Token);
        var user = UserOf(session.Sandbox);
        await backend.StopAsync(session.Sandbox, Token);
        await session.DisposeAsync();

        await using var again = await pool.AcquireAsync(request with { Token = 2, Sandbox = session.Sandbox }, Token);

        Assert.Equal(user, UserOf(again.Sandbox));
    }

    [Fact]
    public async Task Sandbox_TakesAllItsUserMayHave_AnotherOneHasItsOwn()
    {
        await using var world = await SandboxWorld.CreateAsync(SandboxKind.BubblewrapManaged, null!);
        if (!Environment.IsPrivilegedProcess)
            Assert.Skip("Needs root: each sandbox is a user of its own then.");
        await using var greedy = await world.AcquireAsync();
        await using var other = await world.AcquireAsync();
        var client = await greedy.GetClientAsync(Token);
        var request = world.Request(
            """perl -e '$| = 1; while (syscall(253) >= 0) { $watches++ } for (1 .. 6000) { pipe($r, $w) or last; push @pipes, $r, $w } print "$watches watches, ", scalar(@pipes) / 2, " pipes\n"; sleep 1000'""",
            TimeSpan.FromMinutes(5));
        await client.Commands.StartAsync(request, Token);
        string taken;
        while (!(taken = (await client.Commands.TailAsync(request.CallId, 0, 1000, Token)).Text).Contains("pipes", StringComparison.Ordinal))
            await client.PingAsync(Token);

        // A pipe of somebody who has too many holds two pages.
        var left = await world.ShellAsync(other, """perl -e 'print syscall(253) >= 0 ? "a watcher" : "none: $!", ", "; pipe($r, $w); print fcntl($w, 1032, 0)'""");

        Assert.Equal($"{File.ReadAllText("/proc/sys/fs/inotify/max_user_instances").Trim()} watches, 6000 pipes\n", taken);
        Assert.Equal("a watcher, 65536", left);
    }

    private static SandboxStart Named(string name) => new() { ThreadId = default, Name = name };

    private async Task<BubblewrapBackend> NewBackendAsync(int count = 606)
    {
        if (!Environment.IsPrivilegedProcess)
            Assert.Skip("Needs root: only root can be somebody else.");
        var options = new BubblewrapOptions { StateDirectory = _root.FullName, SandboxdPath = SandboxdPrograms.FindManaged(), HostUserCount = count };
        var backend = new BubblewrapBackend(options, logger: _log);
        _backends.Add(backend);
        if (await backend.CheckAsync(Token) is { Ready: false } availability)
            Assert.Skip(availability.Detail);
        return backend;
    }

    private static int UserOf(Harness.Threads.SandboxRecord sandbox)
    {
        int? first;
        while ((first = SandboxProcess.Find(sandbox.Id)) is null)
            Token.ThrowIfCancellationRequested();
        return int.Parse(File.ReadLines($"/proc/{first}/status").First(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1], System.Globalization.CultureInfo.InvariantCulture);
    }

    private static int OwnerOf(string path)
    {
        using var stat = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("stat", ["-c", "%u", path]) { RedirectStandardOutput = true })!;
        return int.Parse(stat.StandardOutput.ReadToEnd(), System.Globalization.CultureInfo.InvariantCulture);
    }

    private sealed class LogLines : ILogger<BubblewrapBackend>
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (Lines)
                Lines.Add(formatter(state, exception));
        }
    }
}
