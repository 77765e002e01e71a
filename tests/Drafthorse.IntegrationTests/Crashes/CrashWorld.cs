using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Drafthorse.Channels.GitHub;
using Drafthorse.Composition;
using Drafthorse.Demo;
using Drafthorse.Demo.GitHub;
using Drafthorse.Harness.Docker;
using Drafthorse.Harness.Postgres;
using Drafthorse.Harness.Redis;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Sandboxes.Bubblewrap;
using Drafthorse.Harness.Sqlite;
using Drafthorse.Harness.Threads;
using Microsoft.Data.Sqlite;

namespace Drafthorse.IntegrationTests.Crashes;

/// <summary>
/// What lives on when <c>serve</c> dies: the git remote and GitHub, in this process, and the home directory with its store, which is
/// looked into from here.
/// </summary>
internal sealed class CrashWorld : IAsyncDisposable
{
    private const string Secret = "the-webhook-secret-of-the-crash-tests";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dhc-");
    private readonly ConcurrentDictionary<string, bool> _homes = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<ServeProcess> _processes = [];
    private readonly ConcurrentBag<CrashTask> _tasks = [];
    private readonly string _token = $"ghp_{RandomNumberGenerator.GetHexString(32, lowercase: true)}";
    private readonly string _sandbox;
    private readonly Uri? _engine;
    private readonly HttpClient _http = new();

    private readonly string? _database;

    private CrashWorld(string sandbox, Uri? engine, string? database)
    {
        (_sandbox, _engine, _database) = (sandbox, engine, database);
        Home = Path.Combine(_folder.FullName, "home");
        Remote = new GitRemote(Path.Combine(_folder.FullName, "remote"), _token);
        Directory.CreateDirectory(Home);
        Store = database is null
            ? new SqliteThreadStore(new SqliteThreadStoreOptions { Path = Path.Combine(Home, "drafthorse.db") })
            : database.StartsWith("redis:", StringComparison.Ordinal) ? new RedisThreadStore(new RedisThreadStoreOptions { Address = database })
            : new PostgresThreadStore(new PostgresThreadStoreOptions { Address = database });
    }

    public string Home { get; }

    public GitRemote Remote { get; }

    public GitHubStandIn GitHub { get; private set; } = null!;

    public StandInRepository Repository { get; private set; } = null!;

    public IThreadStore Store { get; private set; }

    public int LeaseSeconds { get; init; } = 2;

    public bool IsIsolated => _sandbox != "local";

    /// <summary>The environment in which <c>serve</c> is started.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["DRAFTHORSE_HOME"] = Home,
        ["DRAFTHORSE_MODEL"] = $"script:{Path.Combine(_folder.FullName, "model.json")}",
        ["GITHUB_API_URL"] = GitHub.ApiUrl.AbsoluteUri,
        ["GITHUB_SERVER_URL"] = GitHub.ServerUrl.AbsoluteUri,
        ["GITHUB_TOKEN"] = _token,
        ["GITHUB_WEBHOOK_SECRET"] = Secret,
        ["SANDBOX_TYPE"] = _sandbox,
        ["SANDBOX_IMAGE"] = "drafthorse/sandbox:test",
        [_database?.StartsWith("redis:", StringComparison.Ordinal) == true ? "REDIS_URL" : "DATABASE_URL"] = _database ?? "",
        ["DOCKER_HOST"] = _engine?.AbsoluteUri ?? "",
        ["Drafthorse__LeaseSeconds"] = LeaseSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };

    public static async Task<CrashWorld> CreateAsync(string sandbox, CancellationToken cancellationToken, Uri? engine = null, double commandSeconds = 0.4, int leaseSeconds = 2, string? database = null)
    {
        var world = new CrashWorld(sandbox, engine, database) { LeaseSeconds = leaseSeconds };
        world.GitHub = await GitHubStandIn.StartAsync(world.Remote.Map, cancellationToken);
        world.GitHub.Access.AddToken(world._token, world.GitHub.World.AddAccount("drafthorse", "Bot"));
        world.Repository = world.GitHub.World.AddRepository(DemoProject.Owner, DemoProject.Name);
        await world.Remote.CreateAsync(world.Repository.FullName, world.Repository.DefaultBranch, CrashScript.Files, cancellationToken);
        await world.WriteModelAsync(CrashScript.Write(commandSeconds, looksAgain: !world.IsIsolated), cancellationToken);
        return world;
    }

    /// <summary>What the model of every server does that starts from now on.</summary>
    public Task WriteModelAsync(string script, CancellationToken cancellationToken) =>
        File.WriteAllTextAsync(Path.Combine(_folder.FullName, "model.json"), script, cancellationToken);

    /// <summary>Starts a <c>serve</c> and waits until it listens: one of this machine, or as if on another, which has a home of its own.</summary>
    public async Task<ServeProcess> ServeAsync(CancellationToken cancellationToken, string? otherMachine = null)
    {
        var process = Start(otherMachine);
        await process.ListensAsync(cancellationToken);
        return process;
    }

    /// <summary>Starts a <c>serve</c>.</summary>
    public ServeProcess Start(string? otherMachine = null)
    {
        var environment = new Dictionary<string, string>(Environment);
        if (otherMachine is not null)
            environment["DRAFTHORSE_HOME"] = Directory.CreateDirectory(Path.Combine(_folder.FullName, otherMachine)).FullName;
        _homes.TryAdd(environment["DRAFTHORSE_HOME"], true);
        var process = ServeProcess.Start(environment);
        _processes.Add(process);
        return process;
    }

    /// <summary>Removes the home, as a lost disk does, has it made again, and looks into the new one from then on.</summary>
    public async Task ReplaceHomeAsync(Func<Task> restore)
    {
        await Store.DisposeAsync();
        Directory.Delete(Home, recursive: true);
        await restore();
        Store = new SqliteThreadStore(new SqliteThreadStoreOptions { Path = Path.Combine(Home, "drafthorse.db") });
    }

    /// <summary>Somebody opens an issue. GitHub's delivery of it is sent with <see cref="DeliverAsync"/>.</summary>
    public CrashTask OpenIssue(string title)
    {
        var issue = GitHub.World.AddIssue(Repository, Repository.Owner, title, DemoProject.IssueBody);
        var id = ThreadId.FromKey(GitHubThreadKey.Issue(GitHub.ServerUrl.Host, Repository.Owner.Login, Repository.Name, issue.Number));
        var task = new CrashTask(issue, id, Guid.NewGuid().ToString());
        _tasks.Add(task);
        return task;
    }

    /// <summary>Delivers an issue's webhook. Returns whether it was accepted: a dead server answers nothing.</summary>
    public Task<bool> DeliverAsync(CrashTask task, ServeProcess process, CancellationToken cancellationToken) =>
        DeliverAsync("issues", GitHub.IssuePayload("opened", Repository, task.Issue, Repository.Owner), task.Delivery, process, cancellationToken);

    /// <summary>The owner comments on an issue, and the webhook is delivered.</summary>
    public Task<bool> CommentAsync(CrashTask task, string text, ServeProcess process, CancellationToken cancellationToken)
    {
        var comment = GitHub.World.AddComment(task.Issue, Repository.Owner, text);
        return DeliverAsync(
            "issue_comment", GitHub.CommentPayload("created", Repository, task.Issue, comment, Repository.Owner), Guid.NewGuid().ToString(), process, cancellationToken);
    }

    /// <summary>Waits until a thread is at rest: released, with nothing left to consume or to do outside.</summary>
    public async Task RestsAsync(CrashTask task, CancellationToken cancellationToken)
    {
        while (true)
        {
            var change = Store.WaitForChangeAsync(task.Thread, TimeSpan.FromMilliseconds(500), cancellationToken);
            if (await Store.GetThreadAsync(task.Thread, cancellationToken) is { Owner: null, InboxDepth: 0, JournalLength: > 0, State: not ThreadStatus.Queued }
                && await Store.CountOutboxAsync(task.Thread, cancellationToken) == 0
                && (await JournalAsync(task, cancellationToken)).Any(record => record.Event is RunFinished))
            {
                return;
            }

            await change;
        }
    }

    public async Task<IReadOnlyList<JournalRecord>> JournalAsync(CrashTask task, CancellationToken cancellationToken) =>
        await Store.ReadJournalAsync(task.Thread, 0, 10_000, cancellationToken);

    public Task<string> GitAsync(CancellationToken cancellationToken, params string[] arguments) =>
        GitRemote.RunGitAsync(Remote.PathOf(Repository.FullName), arguments, cancellationToken);

    /// <summary>The state of a thread's checkout on this machine, where there is no sandbox.</summary>
    public Task<string> CheckoutAsync(CrashTask task, CancellationToken cancellationToken) => GitRemote.RunGitAsync(
        Path.Combine(Home, "state", "checkouts", task.Thread.ToString(), Repository.Name), ["log", "--all", "--format=%H", "HEAD"], cancellationToken);

    /// <summary>Whether a process is in the middle of a write to the store, or of a change of a mirror.</summary>
    public bool IsLockedByAnyone()
    {
        try
        {
            foreach (var file in Directory.EnumerateFiles(Home, "*.lock", SearchOption.AllDirectories))
                File.Open(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose();
            return _database is null && IsStoreLocked();
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>Whether a process is in the middle of a write to the store.</summary>
    private bool IsStoreLocked()
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(Home, "drafthorse.db")};Pooling=False");
        connection.Open();
        using var begin = connection.CreateCommand();
        begin.CommandText = "PRAGMA busy_timeout=0; BEGIN IMMEDIATE; ROLLBACK";
        try
        {
            begin.CommandTimeout = 1;
            begin.ExecuteNonQuery();
            return false;
        }
        catch (SqliteException)
        {
            return true;
        }
    }

    /// <summary>Begins a write to the store that ends when it is disposed.</summary>
    public SqliteConnection LockStore()
    {
        var connection = new SqliteConnection($"Data Source={Path.Combine(Home, "drafthorse.db")};Pooling=False");
        connection.Open();
        using var begin = connection.CreateCommand();
        begin.CommandText = "BEGIN IMMEDIATE";
        begin.ExecuteNonQuery();
        return connection;
    }

    /// <summary>The last lines that each process printed.</summary>
    public string Logs() => string.Join("\n---\n", _processes.Reverse().Select(process => string.Join('\n', process.Log.TakeLast(60))));

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
            await process.DisposeAsync();
        foreach (var home in _homes.Keys)
            await RemoveSandboxesAsync(home);
        await GitHub.DisposeAsync();
        await Store.DisposeAsync();
        _http.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task<bool> DeliverAsync(string eventName, JsonObject payload, string delivery, ServeProcess process, CancellationToken cancellationToken)
    {
        var hook = new Uri(await process.ListensAsync(cancellationToken), "/webhooks/github");
        try
        {
            var status = await GitHubStandIn.DeliverAsync(_http, hook, Secret, eventName, payload, cancellationToken, delivery);
            Assert.True(status is HttpStatusCode.Accepted or HttpStatusCode.OK, $"The webhook was answered {(int)status}.");
            return true;
        }
        catch (HttpRequestException) when (process.IsKilled)
        {
            return false;
        }
    }

    private async Task RemoveSandboxesAsync(string home)
    {
        if (!IsIsolated)
            return;
        ISandboxBackend backend = _engine is null
            ? new BubblewrapBackend(new BubblewrapOptions { StateDirectory = Path.Combine(home, "state", "bubblewrap") })
            : new DockerBackend(new DockerSandboxOptions { Endpoint = _engine, Image = "drafthorse/sandbox:test", Deployment = SandboxKinds.DeploymentOf(home) });
        await using var owned = backend;
        var threads = _tasks.Select(task => task.Thread).ToHashSet();
        foreach (var listing in (await backend.ListAsync(CancellationToken.None)).Where(listing => threads.Contains(listing.ThreadId)))
            await backend.RemoveAsync(listing.Sandbox, CancellationToken.None);
    }
}

/// <summary>One issue, its thread, and the id under which its webhook is delivered and redelivered.</summary>
internal sealed record CrashTask(StandInIssue Issue, ThreadId Thread, string Delivery)
{
    public string Branch => $"drafthorse/{Issue.Number}-greeting-loses-the-name";
}
