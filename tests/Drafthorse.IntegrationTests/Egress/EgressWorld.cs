using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Drafthorse.Demo.GitHub;
using Drafthorse.Harness;
using Drafthorse.Harness.Drafts;
using Drafthorse.Harness.Drafts.Settings;
using Drafthorse.Harness.Egress;
using Drafthorse.Harness.Egress.Registries;
using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.GitGateway.Mirrors;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Threads;
using Drafthorse.IntegrationTests.Sandboxes;
using Drafthorse.Sandbox.Exec;
using Drafthorse.Settings;
using Microsoft.AspNetCore.Builder;

namespace Drafthorse.IntegrationTests.Egress;

/// <summary>
/// A run with its sandbox behind the gates, put together as the product does it, on a remote that wants a token. Outside there are
/// stand-ins on loopback for the hosts of the allow-list.
/// </summary>
internal sealed class EgressWorld : IAsyncDisposable
{
    public const string CodeHost = "code.example";
    public const string Branch = "drafthorse/7-fix";

    /// <summary>Allowed by the operator too, over HTTP.</summary>
    public const string Second = "second.example";

    private readonly SandboxWorld _sandboxes;
    private readonly WebApplication _remoteApp;
    private readonly GitRemote _remote;
    private readonly RepositorySandboxes _repositories;
    private readonly RunContext _run;
    private SandboxSession? _session;

    private EgressWorld(SandboxWorld sandboxes, GitRemote remote, WebApplication remoteApp, PackageHost packages, Claim claim, InMemoryThreadStore store)
    {
        (_sandboxes, _remote, _remoteApp, Packages) = (sandboxes, remote, remoteApp, packages);
        var options = new EgressOptions
        {
            Allow = [PackageHost.Name, Second, "metadata.example", "private.example", "10.0.0.7", "169.254.169.254"],
            Private = [$"{PackageHost.Name}:80={packages.Http}", $"{PackageHost.Name}:443={packages.Https}", $"{Second}:80={packages.Http}"],
        };
        var settings = options.ToSettings(new() { ServerUrl = new Uri($"https://{CodeHost}"), ApiUrl = new Uri($"https://api.{CodeHost}") });
        var gate = new EgressGate(settings, () => Task.FromResult<IReadOnlyList<PackageRegistry>>([]), Audits.Add, TimeProvider.System, ResolveAsync);
        Mirrors = new RepositoryMirrors(
            new GitGatewayOptions { StateDirectory = Path.Combine(sandboxes.HostDirectory, "git"), MirrorFreshness = TimeSpan.Zero },
            (_, _, _) => ValueTask.FromResult<GitCredential?>(new GitCredential("x-access-token", remote.Token)));
        _repositories = new RepositorySandboxes(sandboxes.Pool, gate, new GitGatewayServer(Mirrors, GitLog), new DraftOptions(), packages.Trust(sandboxes.HostDirectory));
        _run = new RunContext(store, claim, new(), run => _repositories.AcquireAsync(run, Token), null, TimeProvider.System);
    }

    public AuditTrail Audits { get; } = new();

    public GitLog GitLog { get; } = new();

    public PackageHost Packages { get; }

    private RepositoryMirrors Mirrors { get; }

    public string Secret => _remote.Token;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<EgressWorld> StartAsync(SandboxKind kind, DockerEngineFixture docker, string? image = null, string settings = "")
    {
        var sandboxes = await SandboxWorld.CreateAsync(kind, docker, image);
        var remote = new GitRemote(Path.Combine(sandboxes.HostDirectory, "remote"), $"ghp_{RandomNumberGenerator.GetHexString(32, lowercase: true)}");
        var commit = await remote.CreateAsync("acme/widgets", "main", new Dictionary<string, string> { ["README.md"] = "# Widgets\n", [RepositorySettings.FileName] = settings }, Token);
        await remote.CreateAsync("acme/other", "main", new Dictionary<string, string> { ["README.md"] = "# Other\n" }, Token);
        var app = await remote.StartAsync(Token);
        var store = new InMemoryThreadStore();
        await store.EnqueueAsync(
            new EnqueueRequest
            {
                ThreadKey = $"test:{Guid.NewGuid()}",
                Origin = new ThreadOrigin { Channel = "test", User = "ann", Repository = new RepositoryRef(CodeHost, "acme", "widgets", $"{app.Urls.Single()}/acme/widgets.git") },
                DeliveryId = "1",
                Message = new InboxMessage { Id = "1", Sender = "ann", Text = "go" },
            },
            Token);
        var claim = await store.ClaimAsync(new ClaimRequest { Owner = "test", LeaseTime = TimeSpan.FromHours(1) }, Token);
        var world = new EgressWorld(sandboxes, remote, app, await PackageHost.StartAsync(Token), claim!, store);
        var repository = claim!.Thread.Origin.Repository!;
        world._run.Set(new RepositoryWork
        {
            Repository = repository,
            Settings = await RepositorySettings.ReadAsync(world.Mirrors, repository, commit, Token),
            Checkout = "/src/acme/widgets",
            Branch = Branch,
            BaseBranch = "main",
            BaseCommit = commit,
        });
        world._session = await world._run.GetSandboxAsync(Token);
        return world;
    }

    /// <summary>Runs a script of bash in the checkout.</summary>
    public async Task<ExecResult> RunAsync(string script)
    {
        var client = await _session!.GetClientAsync(Token);
        return await client.Commands.ExecAsync(
            new ExecRequest { CallId = Guid.NewGuid().ToString(), Command = script, Shell = CommandShell.Bash, WorkingDirectory = "/src/acme/widgets", Timeout = TimeSpan.FromMinutes(3) },
            null,
            Token);
    }

    /// <summary>Runs a script that must end with 0. Returns its trimmed output.</summary>
    public async Task<string> MustAsync(string script)
    {
        var result = await RunAsync("set -e\n" + script);
        Assert.True(result.ExitCode == 0, $"{script}\nended with {result.End} {result.ExitCode}:\n{result.Output}");
        return result.Output.Trim();
    }

    /// <summary>The refs of a repository on the code host.</summary>
    public Task<string> RefsAsync(string repository = "acme/widgets") =>
        GitRemote.RunGitAsync(_remote.PathOf(repository), ["for-each-ref", "--format=%(objectname) %(refname)"], Token);

    public async ValueTask DisposeAsync()
    {
        await _run.DisposeAsync();
        await _sandboxes.DisposeAsync();
        await Packages.DisposeAsync();
        await _remoteApp.DisposeAsync();
    }

    /// <summary>DNS outside, in the hands of somebody who points names at what they should not reach.</summary>
    private static Task<IPAddress[]> ResolveAsync(string name, CancellationToken cancellationToken) => name switch
    {
        "metadata.example" => Task.FromResult<IPAddress[]>([IPAddress.Parse("169.254.169.254")]),
        "private.example" => Task.FromResult<IPAddress[]>([IPAddress.Parse("10.1.2.3"), IPAddress.Parse("::ffff:127.0.0.1")]),
        _ => throw new SocketException((int)SocketError.HostNotFound),
    };
}
