using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Drafthorse.Channels.GitHub;
using Drafthorse.Composition;
using Drafthorse.Demo.GitHub;
using Drafthorse.Harness;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Threads;
using Drafthorse.Server;
using Drafthorse.Settings;

namespace Drafthorse.IntegrationTests.Drafts;

/// <summary>The real server on a real git remote and the stand-in of GitHub's API, with a scripted model; in it, one issue or pull request.</summary>
internal sealed class DraftWorld : IAsyncDisposable
{
    private const string Secret = "the-webhook-secret-of-the-draft-tests";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dhd-");
    private readonly string _token = $"ghp_{RandomNumberGenerator.GetHexString(32, lowercase: true)}";
    private readonly GitRemote _remote;
    private readonly HttpClient _http = new();
    private DrafthorseServer? _server;

    private DraftWorld() => _remote = new GitRemote(Path.Combine(_folder.FullName, "remote"), _token);

    public GitHubStandIn GitHub { get; private set; } = null!;

    public StandInRepository Repository { get; private set; } = null!;

    public StandInAccount Self { get; private set; } = null!;

    /// <summary>May write.</summary>
    public StandInAccount Ada { get; private set; } = null!;

    public IThreadStore Store => _server!.Platform.Store;

    /// <summary>Where checkouts are when there is no sandbox.</summary>
    public string CheckoutsPath => Path.Combine(_folder.FullName, "home", "state", "checkouts");

    public string Host => GitHub.ServerUrl.Host;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A world whose repository has one commit with these files. <see cref="ServeAsync"/> starts the server.</summary>
    public static async Task<DraftWorld> CreateAsync(IReadOnlyDictionary<string, string> files)
    {
        var world = new DraftWorld();
        world.GitHub = await GitHubStandIn.StartAsync(world._remote.Map, Token);
        world.Self = world.GitHub.World.AddAccount("drafthorse", "Bot");
        world.GitHub.Access.AddToken(world._token, world.Self);
        world.Repository = world.GitHub.World.AddRepository("acme", "greeter");
        world.Ada = world.GitHub.World.AddAccount("ada");
        world.Repository.Permissions["ada"] = "write";
        await world._remote.CreateAsync(world.Repository.FullName, world.Repository.DefaultBranch, files, Token);
        return world;
    }

    /// <summary>Starts the server with a model that answers so.</summary>
    public async Task ServeAsync(JsonArray script, string sandbox = "local", ThreadBudget? budget = null, ModelCallLimit? limit = null, Func<string, string?>? models = null, TimeSpan? commandTimeout = null)
    {
        var file = Path.Combine(_folder.FullName, "model.json");
        await File.WriteAllTextAsync(file, script.ToJsonString(), Token);
        var settings = new DrafthorseSettings
        {
            Home = Path.Combine(_folder.FullName, "home"),
            SandboxImage = "drafthorse/sandbox:test",
            SandboxType = sandbox,
            Models = ModelSettings.From(models ?? (_ => null)),
            GitHub = new GitHubOptions { ApiUrl = GitHub.ApiUrl, ServerUrl = GitHub.ServerUrl, Token = _token, WebhookSecrets = [Secret] },
            Budget = budget ?? new ThreadBudget(),
            Egress = new EgressOptions(),
            Workers = 2,
            LeaseTime = TimeSpan.FromSeconds(30),
            Secrets = new Dictionary<string, string> { ["GITHUB_TOKEN"] = _token },
        };
        var options = new PlatformOptions { Sandbox = sandbox, MayBeLocal = true, Model = new ModelSpec(ModelSpec.Script, file), Fallbacks = [], Limit = limit ?? new ModelCallLimit(), CommandTimeout = commandTimeout ?? TimeSpan.FromMinutes(30) };
        _server = await DrafthorseServer.StartAsync(settings, options, "http://127.0.0.1:0", null, Token);
    }

    /// <summary>Renames the repository, at the code host and its git remote. Nothing leads from the old name to the new one.</summary>
    public void Rename(string owner, string name)
    {
        var old = _remote.PathOf(Repository.FullName);
        GitHub.World.Rename(Repository, owner, name);
        Directory.CreateDirectory(Path.GetDirectoryName(_remote.PathOf(Repository.FullName))!);
        Directory.Move(old, _remote.PathOf(Repository.FullName));
        Repository.Permissions["ada"] = "write";
    }

    public StandInIssue OpenIssue(string body = "It is wrong. @drafthorse fix it.") => GitHub.World.AddIssue(Repository, Ada, "Greeting loses the name", body);

    /// <summary>A person's branch with one more commit.</summary>
    public async Task<string> BranchAsync(string branch, string from, string file, string content, string? reference = null, string message = "A person's work")
    {
        var path = _remote.PathOf(Repository.FullName);
        var work = Path.Combine(_folder.FullName, Guid.NewGuid().ToString("N"));
        await GitRemote.RunGitAsync(_folder.FullName, ["clone", "--quiet", "--branch", from, path, work], Token);
        await File.WriteAllTextAsync(Path.Combine(work, file), content, Token);
        await GitRemote.RunGitAsync(work, ["add", "--all"], Token);
        await GitRemote.RunGitAsync(work, ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "--quiet", $"--message={message}"], Token);
        await GitRemote.RunGitAsync(work, ["push", "--quiet", path, $"HEAD:{reference ?? $"refs/heads/{branch}"}"], Token);
        return await GitRemote.RunGitAsync(work, ["rev-parse", "HEAD"], Token);
    }

    /// <summary>Makes a folder of the default branch a submodule.</summary>
    public async Task GitlinkAsync(string path)
    {
        var remote = _remote.PathOf(Repository.FullName);
        var work = Path.Combine(_folder.FullName, Guid.NewGuid().ToString("N"));
        await GitRemote.RunGitAsync(_folder.FullName, ["clone", "--quiet", remote, work], Token);
        await GitRemote.RunGitAsync(work, ["update-index", "--add", "--cacheinfo", $"160000,{new string('a', 40)},{path}"], Token);
        await GitRemote.RunGitAsync(work, ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "--quiet", "--message=A submodule"], Token);
        await GitRemote.RunGitAsync(work, ["push", "--quiet", remote, "HEAD"], Token);
    }

    /// <summary>Somebody's pull request from a branch of this repository, or of another.</summary>
    public StandInPullRequest OpenPullRequest(string head, StandInRepository? from = null)
    {
        var pull = GitHubStandInPulls.Add(GitHub.World, Repository, Ada, "A person's work", "text", head, "main", draft: false);
        if (from is null)
            return pull;
        var fork = new StandInPullRequest(pull.Id, pull.Conversation, head, "main") { HeadRepository = from };
        Repository.PullRequests[Repository.PullRequests.IndexOf(pull)] = fork;
        return fork;
    }

    public Task<HttpStatusCode> DeliverIssueAsync(StandInIssue issue, string action = "opened", string? delivery = null, Action<JsonObject>? change = null)
    {
        var payload = GitHub.IssuePayload(action, Repository, issue, Ada);
        change?.Invoke(payload);
        return GitHubStandIn.DeliverAsync(_http, Hook, Secret, "issues", payload, Token, delivery);
    }

    public Task<HttpStatusCode> CommentAsync(StandInIssue issue, string body, StandInAccount? author = null)
    {
        var comment = GitHub.World.AddComment(issue, author ?? Ada, body);
        return GitHubStandIn.DeliverAsync(_http, Hook, Secret, "issue_comment", GitHub.CommentPayload("created", Repository, issue, comment, author ?? Ada), Token);
    }

    public ThreadId ThreadOf(StandInIssue issue) => ThreadId.FromKey(issue.IsPullRequest
        ? GitHubThreadKey.PullRequest(Host, "acme", "greeter", issue.Number)
        : GitHubThreadKey.Issue(Host, "acme", "greeter", issue.Number));

    /// <summary>Waits until a thread's run number <paramref name="runs"/> has ended and all its effects are done. Returns its row.</summary>
    public async Task<ThreadRecord> RestsAsync(ThreadId id, int runs = 1)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Token);
        deadline.CancelAfter(TimeSpan.FromMinutes(3));
        while (true)
        {
            var change = Store.WaitForChangeAsync(id, TimeSpan.FromMilliseconds(500), deadline.Token);
            if (await Store.GetThreadAsync(id, deadline.Token) is { Owner: null, State: not ThreadStatus.Queued } thread
                && (await JournalAsync(id)).OfType<RunFinished>().Count() >= runs
                && (await Store.GetStatusAsync(deadline.Token)).OutboxDepth == 0)
            {
                return thread;
            }

            await change;
        }
    }

    /// <summary>Waits until all accepted deliveries were looked at, and what came of them was written.</summary>
    public async Task SettlesAsync()
    {
        while (true)
        {
            var change = Store.WaitForChangeAsync(null, TimeSpan.FromMilliseconds(200), Token);
            if ((await Store.GetStatusAsync(Token)).OutboxDepth == 0)
                return;
            await change;
        }
    }

    public async Task<IReadOnlyList<JournalEvent>> JournalAsync(ThreadId id) =>
        [.. (await Store.ReadJournalAsync(id, 0, 10_000, Token)).Select(record => record.Event).OfType<JournalEvent>()];

    /// <summary>Runs git in the remote's own repository.</summary>
    public Task<string> GitAsync(params string[] arguments) => GitRemote.RunGitAsync(_remote.PathOf(Repository.FullName), arguments, Token);

    /// <summary>Our comments in a conversation: the status and the answers.</summary>
    public List<StandInComment> Ours(StandInIssue issue)
    {
        lock (GitHub.World.Lock)
            return [.. issue.Comments.Where(comment => comment.Author == Self)];
    }

    public StandInComment Status(StandInIssue issue) => Assert.Single(Ours(issue), comment => comment.Body.StartsWith("<!-- drafthorse:status", StringComparison.Ordinal));

    public string Reply(StandInIssue issue) => Assert.Single(Ours(issue), comment => comment.Body.StartsWith("<!-- drafthorse:reply", StringComparison.Ordinal)).Body;

    public static JsonObject Says(string text, params string[] commands) => new()
    {
        ["text"] = text,
        ["usage"] = new JsonObject { ["input"] = 1000, ["output"] = 50 },
        ["calls"] = new JsonArray([.. commands.Select(command => (JsonNode)new JsonObject { ["name"] = "execute", ["arguments"] = new JsonObject { ["command"] = command } })]),
    };

    public async ValueTask DisposeAsync()
    {
        if (_server is { } server)
        {
            foreach (var thread in (await server.Platform.Store.ListThreadsAsync(new ThreadQuery(), CancellationToken.None)).Threads)
            {
                if (thread.Facts.Sandbox is { } sandbox)
                    await server.Platform.Sandboxes.Backend.RemoveAsync(sandbox, CancellationToken.None);
            }

            await server.DisposeAsync();
        }

        await GitHub.DisposeAsync();
        _http.Dispose();
        _folder.Delete(recursive: true);
    }

    private Uri Hook => new(_server!.Url, "/webhooks/github");
}
