using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using Drafthorse.Channels.GitHub;
using Drafthorse.Composition;
using Drafthorse.Harness.Budgets;
using Drafthorse.Harness.Channels;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Threads.Journal;
using Drafthorse.Server;
using Drafthorse.Settings;
using Drafthorse.Terminal;
using Spectre.Console;

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
    private DrafthorseServer? _server;

    public static async Task<int> RunAsync(bool keep, CancellationToken cancellationToken)
    {
        await using var demo = new DemoRun();
        var began = Stopwatch.GetTimestamp();
        AnsiConsole.MarkupLineInterpolated($"[bold]Drafthorse demo[/]: from a signed webhook to a draft pull request, offline. The model's answers are a recorded script; all else is real.");
        var repository = await demo.SetUpAsync(cancellationToken);
        AnsiConsole.MarkupLineInterpolated($"[dim]sandbox[/]  {demo._server!.Platform.Sandbox.Reasons[^1]}");
        var ready = Stopwatch.GetTimestamp();
        var thread = await demo.PostIssueAsync(repository, cancellationToken);
        if (thread is null)
            return ExitCodes.TaskFailed;
        var pull = await demo.FollowAsync(thread.Value, repository, cancellationToken);
        if (pull is null)
            return ExitCodes.TaskFailed;
        var done = Stopwatch.GetTimestamp();
        await demo.PrintAsync(repository, pull, cancellationToken);
        AnsiConsole.MarkupLineInterpolated($"[dim]set up {Stopwatch.GetElapsedTime(began, ready).TotalSeconds:0.0} s · webhook to draft {Stopwatch.GetElapsedTime(ready, done).TotalSeconds:0.0} s[/]");
        if (keep)
        {
            AnsiConsole.MarkupLineInterpolated($"Left running: {demo._gitHub!.ServerUrl} (stand-in), {demo._server!.Url} (server), {demo._home} (files). Ctrl-C ends it.");
            await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return ExitCodes.Done;
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
        AnsiConsole.MarkupLineInterpolated($"[dim]webhook[/]  issue #{issue.Number} \"{issue.Title}\" opened by {repository.Owner.Login}: {(int)status} after {Stopwatch.GetElapsedTime(began).TotalMilliseconds:0} ms");
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
                Print(record);
                if (record.Event is EffectFinished { Effect: Effects.Reply })
                    break;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            AnsiConsole.MarkupLineInterpolated($"[red]The demo did not end within {Deadline.TotalMinutes:0} minutes.[/]");
        }

        lock (_gitHub!.World.Lock)
            return repository.PullRequests.FirstOrDefault();
    }

    private static void Print(JournalRecord record)
    {
        var text = Summary.Of(record);
        if (record.Event is not (PromptSet or ToolStarted) && text.Length > 0)
            AnsiConsole.MarkupLineInterpolated($"[dim]{record.Kind,-16}[/] {text}");
    }

    private async Task PrintAsync(StandInRepository repository, StandInPullRequest pull, CancellationToken cancellationToken)
    {
        AnsiConsole.WriteLine();
        AnsiConsole.Write(new Rule("[green]the draft pull request[/]").LeftJustified());
        AnsiConsole.MarkupLineInterpolated($"[bold]#{pull.Conversation.Number} {pull.Conversation.Title}[/] [dim]draft: {pull.Draft}, {pull.Head} into {pull.Base}[/]");
        AnsiConsole.WriteLine(pull.Conversation.Body ?? "");
        AnsiConsole.Write(new Rule("[green]its diff[/]").LeftJustified());
        var diff = await GitRemote.RunGitAsync(_remote!.PathOf(repository.FullName), ["diff", $"{pull.Base}...{pull.Head}"], cancellationToken);
        AnsiConsole.WriteLine(diff);
        AnsiConsole.Write(new Rule().LeftJustified());
    }
}
