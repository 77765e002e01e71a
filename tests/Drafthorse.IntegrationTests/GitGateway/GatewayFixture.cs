using System.Collections.Concurrent;
using System.Diagnostics;
using Drafthorse.Demo.GitHub;
using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.GitGateway.Mirrors;
using Drafthorse.Harness.Threads;
using Microsoft.AspNetCore.Builder;

namespace Drafthorse.IntegrationTests.GitGateway;

/// <summary>A remote with one repository, the gateway in front of it on loopback, and a real git client with its own home.</summary>
internal sealed class GatewayFixture : IAsyncDisposable
{
    public const string Token = "t0p-secret-token-value";
    public const string Branch = "drafthorse/42-fix";
    private readonly WebApplication _remoteApp;
    private readonly GitGatewayListener _listener;

    private GatewayFixture(string root, GitRemote remote, WebApplication remoteApp, string baseCommit, Action<GitGatewayFixtureOptions>? configure)
    {
        Root = root;
        Remote = remote;
        _remoteApp = remoteApp;
        BaseCommit = baseCommit;
        var options = new GitGatewayFixtureOptions();
        configure?.Invoke(options);
        Repository = new RepositoryRef("code.example", "acme", "widgets", $"{remoteApp.Urls.Single()}/acme/widgets.git");
        Mirrors = new RepositoryMirrors(
            new GitGatewayOptions
            {
                StateDirectory = StateDirectory,
                MirrorFreshness = TimeSpan.Zero,
                MaxPushBytes = options.MaxPushBytes,
                MaxPushCommits = options.MaxPushCommits,
                MaxObjectBytes = options.MaxObjectBytes,
                MaxChangedFileBytes = options.MaxChangedFileBytes,
                IdleTimeout = options.IdleTimeout,
                MaxProcesses = options.MaxProcesses,
            },
            (_, access, _) =>
            {
                Accesses.Enqueue(access);
                return ValueTask.FromResult<GitCredential?>(new GitCredential("x-access-token", options.Token));
            });
        Thread = new GitGatewayThread
        {
            ThreadId = ThreadId.FromKey("github:issue:acme/widgets#42"),
            Repository = Repository,
            Branch = Branch,
            BaseBranch = "main",
            BaseCommit = baseCommit,
            StillHeld = _ => ValueTask.FromResult(IsHeld()),
            History = () => new GitBranchHistory(
                Pushes.LastOrDefault(push => push.Pushed)?.Commit, Pushes.LastOrDefault(push => push.Pushed)?.PersonsCommit),
            OnPush = (decision, _) =>
            {
                Pushes.Enqueue(decision);
                return ValueTask.CompletedTask;
            },
            OnRequest = Requests.Enqueue,
        };
        Server = new GitGatewayServer(Mirrors);
        _listener = Server.Listen(Thread);
        Environment = GitSandboxEnvironment.For(Repository, _listener.Url, new GitAuthor("drafthorse[bot]", "bot@drafthorse.example"));
    }

    public string Root { get; }

    public string StateDirectory => Path.Combine(Root, "state");

    public GitRemote Remote { get; }

    public RepositoryRef Repository { get; }

    public RepositoryMirrors Mirrors { get; }

    public GitGatewayServer Server { get; }

    public GitGatewayThread Thread { get; }

    public Uri Url => _listener.Url;

    public string BaseCommit { get; }

    public IReadOnlyDictionary<string, string> Environment { get; }

    public Func<bool> IsHeld { get; set; } = () => true;

    public ConcurrentQueue<GitPushDecision> Pushes { get; } = new();

    public ConcurrentQueue<GitGatewayAudit> Requests { get; } = new();

    public ConcurrentQueue<GitAccess> Accesses { get; } = new();

    public string RemoteUrl => GitSandboxEnvironment.RemoteUrl(Repository);

    public static async Task<GatewayFixture> StartAsync(Action<GitGatewayFixtureOptions>? configure = null)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var root = Directory.CreateTempSubdirectory("drafthorse-git-").FullName;
        var remote = new GitRemote(Path.Combine(root, "remote"), Token);
        var commit = await remote.CreateAsync(
            "acme/widgets",
            "main",
            new Dictionary<string, string>
            {
                ["README.md"] = "# Widgets\n",
                ["src/widget.txt"] = "one\n",
                [".github/workflows/ci.yml"] = "on: push\n",
            },
            cancellationToken);
        await remote.CreateAsync("acme/other", "main", new Dictionary<string, string> { ["a"] = "b" }, cancellationToken);
        var app = await remote.StartAsync(cancellationToken);
        return new GatewayFixture(root, remote, app, commit, configure);
    }

    /// <summary>Runs git as the sandbox would, in a directory below the root.</summary>
    public Task<(int ExitCode, string Output)> GitAsync(string directory, params string[] arguments) => RunAsync("git", directory, arguments);

    /// <summary>Runs a shell line as the sandbox would.</summary>
    public Task<(int ExitCode, string Output)> ShellAsync(string directory, string line) => RunAsync("/bin/sh", directory, ["-c", line]);

    private async Task<(int ExitCode, string Output)> RunAsync(string program, string directory, string[] arguments)
    {
        var start = new ProcessStartInfo(program)
        {
            WorkingDirectory = Path.Combine(Root, directory),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        var path = start.Environment["PATH"];
        start.Environment.Clear();
        start.Environment["PATH"] = path;
        start.Environment["HOME"] = Root;
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output + await error);
    }

    public async Task<string> MustAsync(string directory, params string[] arguments)
    {
        var (exitCode, output) = await GitAsync(directory, arguments);
        Assert.True(exitCode == 0, $"git {string.Join(' ', arguments)}: {output}");
        return output.Trim();
    }

    /// <summary>A clone through the gateway, on the thread's branch.</summary>
    public async Task<string> CloneAsync(string directory = "work")
    {
        await MustAsync("", "clone", "--quiet", RemoteUrl, directory);
        await MustAsync(directory, "switch", "--quiet", "-c", Branch);
        return directory;
    }

    /// <summary>Writes a file and commits it. Returns the commit.</summary>
    public async Task<string> CommitAsync(string directory, string name, string text)
    {
        var path = Path.Combine(Root, directory, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, text, TestContext.Current.CancellationToken);
        await MustAsync(directory, "add", "--all", "--force");
        await MustAsync(directory, "commit", "--quiet", "--message", $"Change {name}");
        return await MustAsync(directory, "rev-parse", "HEAD");
    }

    /// <summary>Git in the remote's own bare repository.</summary>
    public Task<string> AtRemoteAsync(params string[] arguments) =>
        GitRemote.RunGitAsync(Remote.PathOf("acme/widgets"), arguments, TestContext.Current.CancellationToken);

    /// <summary>A person pushes a commit to a branch on the code host, past the gateway. Returns the commit.</summary>
    public async Task<string> MoveUpstreamAsync(string branch, string name, string text)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var work = Path.Combine(Root, $"person-{Guid.NewGuid():N}");
        await GitRemote.RunGitAsync(Root, ["clone", "--quiet", "--branch", branch, Remote.PathOf("acme/widgets"), work], cancellationToken);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(work, name))!);
        await File.WriteAllTextAsync(Path.Combine(work, name), text, cancellationToken);
        await GitRemote.RunGitAsync(work, ["add", "--all"], cancellationToken);
        await GitRemote.RunGitAsync(work, ["commit", "--quiet", "--message", $"Person changes {name}"], cancellationToken);
        await GitRemote.RunGitAsync(work, ["push", "--quiet", "origin", branch], cancellationToken);
        return await GitRemote.RunGitAsync(work, ["rev-parse", "HEAD"], cancellationToken);
    }

    public Task<string> RemoteRefsAsync() => AtRemoteAsync("for-each-ref", "--format=%(objectname) %(refname)");

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        await _remoteApp.DisposeAsync();
        Directory.Delete(Root, recursive: true);
    }
}

internal sealed class GitGatewayFixtureOptions
{
    public long MaxPushBytes { get; set; } = 10 * 1024 * 1024;

    public int MaxPushCommits { get; set; } = 50;

    public long MaxObjectBytes { get; set; } = 100 * 1024 * 1024;

    public long MaxChangedFileBytes { get; set; } = 1024 * 1024 * 1024;

    public string Token { get; set; } = GatewayFixture.Token;

    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(30);

    public int MaxProcesses { get; set; } = 16;
}
