using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using Drafthorse.Channels.GitHub;
using Drafthorse.Composition;
using Drafthorse.Demo.GitHub;
using Drafthorse.Harness;
using Drafthorse.Harness.Channels;
using Drafthorse.Harness.Host;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Threads;
using Drafthorse.Server;
using Drafthorse.Settings;
using Drafthorse.Terminal;

namespace Drafthorse.Demo;

/// <summary>
/// The organization's loop on one machine: a real git remote, a stand-in for GitHub's API, the real server, a signed webhook, the
/// best sandbox there is. Only the model is recorded.
/// </summary>
internal sealed class DemoRun : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);
    private const string Secret = "demo-webhook-secret";
    private readonly string _home = Directory.CreateTempSubdirectory("drafthorse-demo-").FullName;
    private readonly string _token = $"ghp_{RandomNumberGenerator.GetHexString(32, lowercase: true)}";
    private GitHubStandIn? _gitHub;
    private GitRemote? _remote;
    private readonly DemoStory _story = new();
    private DrafthorseServer? _server;
    private bool _verified;

    public static async Task<int> RunAsync(bool keep, CancellationToken cancellationToken)
    {
        await using var demo = new DemoRun();
        demo._story.Begin();
        var repository = await demo.SetUpAsync(cancellationToken);
        var setUp = demo._story.Seconds;
        if (await demo.PostIssueAsync(repository, cancellationToken) is not { } thread)
            return ExitCodes.TaskFailed;
        if (await demo.FollowAsync(thread, repository, cancellationToken) is not { } pull)
        {
            demo._story.Failed($"There is no draft. What was done is in the journal above; drafthorse doctor says what this machine lacks.");
            return ExitCodes.TaskFailed;
        }

        demo._story.PullRequest(pull, await GitRemote.RunGitAsync(demo._remote!.PathOf(repository.FullName), ["diff", $"{pull.Base}...{pull.Head}"], cancellationToken));
        demo._story.End(setUp, demo._verified);
        if (keep)
            await demo.KeepAsync(repository, cancellationToken);
        return pull.Draft && demo._verified ? ExitCodes.Done : ExitCodes.TaskFailed;
    }

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

        if (_gitHub is not null)
            await _gitHub.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }

    private async Task<StandInRepository> SetUpAsync(CancellationToken cancellationToken)
    {
        if (ProgramFile.Find("git") is null)
            throw new SettingsException("The demo needs git (2.36 or newer), and it is not on the PATH: install it.");
        _remote = new GitRemote(Path.Combine(_home, "remote"), _token);
        _gitHub = await GitHubStandIn.StartAsync(_remote.Map, cancellationToken);
        _gitHub.Access.AddToken(_token, _gitHub.World.AddAccount("drafthorse", "Bot"));
        var repository = _gitHub.World.AddRepository(DemoProject.Owner, DemoProject.Name);
        await _remote.CreateAsync(repository.FullName, repository.DefaultBranch, DemoProject.Files, cancellationToken);

        var settings = NewSettings(_gitHub);
        var sandbox = new PlatformOptions { MayBeLocal = true };
        var selection = await SandboxKinds.SelectAsync(settings, sandbox, cancellationToken);
        var key = GitHubThreadKey.Issue(_gitHub.ServerUrl.Host, DemoProject.Owner, DemoProject.Name, 1);
        var checkout = selection.Backend.IsIsolated
            ? $"/src/{DemoProject.Owner}/{DemoProject.Name}"
            : Path.Combine(settings.StatePath, "checkouts", ThreadId.FromKey(key).ToString(), DemoProject.Name);
        await selection.Backend.DisposeAsync();
        var script = Path.Combine(_home, "model.json");
        await File.WriteAllTextAsync(script, DemoProject.Script(checkout), cancellationToken);
        _server = await DrafthorseServer.StartAsync(
            settings,
            sandbox with { Model = new ModelSpec(ModelSpec.Script, script), Fallbacks = [] },
            "http://127.0.0.1:0",
            null,
            cancellationToken);
        _story.Fact("remote", $"{_gitHub.ServerUrl}{repository.FullName}, with a failing test; on the same address a stand-in for GitHub's API");
        _story.Fact("server", $"{_server.Url}, the real one");
        _story.Sandbox(_server.Platform.Sandbox);
        Console.WriteLine();
        return repository;
    }

    private DrafthorseSettings NewSettings(GitHubStandIn gitHub) => new()
    {
        Home = _home,
        SandboxImage = Environment.GetEnvironmentVariable("SANDBOX_IMAGE") ?? "drafthorse/sandbox:latest",
        SandboxType = Environment.GetEnvironmentVariable("SANDBOX_TYPE"),
        Models = ModelSettings.From(_ => null),
        GitHub = new GitHubOptions { ApiUrl = gitHub.ApiUrl, ServerUrl = gitHub.ServerUrl, Token = _token, WebhookSecrets = [Secret] },
        Budget = new ThreadBudget(),
        Egress = new EgressOptions(),
        Workers = 2,
        LeaseTime = TimeSpan.FromSeconds(30),
        Secrets = new Dictionary<string, string> { ["GITHUB_TOKEN"] = _token },
    };

    private async Task<ThreadId?> PostIssueAsync(StandInRepository repository, CancellationToken cancellationToken)
    {
        var issue = _gitHub!.World.AddIssue(repository, repository.Owner, DemoProject.IssueTitle, DemoProject.IssueBody);
        using var http = new HttpClient();
        var began = Stopwatch.GetTimestamp();
        var status = await GitHubStandIn.DeliverAsync(
            http, new Uri(_server!.Url, "/webhooks/github"), Secret, "issues", _gitHub.IssuePayload("opened", repository, issue, repository.Owner), cancellationToken);
        _story.Tell("github", $"issue #{issue.Number} \"{issue.Title}\" is opened; its signed webhook is answered {(int)status} after {Stopwatch.GetElapsedTime(began).TotalMilliseconds:0} ms");
        return status == HttpStatusCode.Accepted
            ? ThreadId.FromKey(GitHubThreadKey.Issue(_gitHub.ServerUrl.Host, repository.Owner.Login, repository.Name, issue.Number))
            : null;
    }

    /// <summary>Prints the thread as it works, until its people have their answer.</summary>
    private async Task<StandInPullRequest?> FollowAsync(ThreadId thread, StandInRepository repository, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        var store = _server!.Platform.Store;
        try
        {
            await foreach (var record in store.FollowJournalAsync(thread, 0, deadline.Token))
            {
                if (record.Event is { } journalEvent)
                    _story.Tell(journalEvent);
                _verified = record.Event is VerifyFinished verify ? verify.Passed : _verified;
                if (record.Event is EffectFinished { Effect: Effects.Reply })
                    break;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            _story.Failed($"The demo did not end within {Deadline.TotalMinutes:0} minutes.");
        }

        lock (_gitHub!.World.Lock)
            return repository.PullRequests.FirstOrDefault();
    }

    private async Task KeepAsync(StandInRepository repository, CancellationToken cancellationToken)
    {
        Console.WriteLine();
        Console.WriteLine("Left running until Ctrl-C:");
        Console.WriteLine($"  git clone http://drafthorse:{_token}@{_gitHub!.ServerUrl.Authority}/{repository.FullName}");
        Console.WriteLine($"  curl -H 'Authorization: Bearer {_server!.ApiToken}' {_server.Url}api/threads");
        Console.WriteLine($"  DRAFTHORSE_HOME={_home} drafthorse threads list");
        await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
