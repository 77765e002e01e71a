using Drafthorse.Demo.GitHub;
using Drafthorse.IntegrationTests.Sandboxes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace Drafthorse.IntegrationTests.Cli;

/// <summary><c>drafthorse run --repo</c>: a folder as it is, and a git remote that is cloned through the mirror.</summary>
public sealed class RunRepositoryTests(DockerEngineFixture docker) : IAsyncDisposable
{
    private const string Token = "ghp_0123456789";
    private readonly CliWorld _world = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Folder_IsWorkedOnAsItIs()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_world.Folder, "other")).FullName;

        await using var run = await CliProcess.RunAsync(
            _world, "run", "--json", "--repo", "other", "--model", _world.Script("""{"calls":[{"name":"write_file","arguments":{"path":"made.txt","content":"x"}}]}""", """{"text":"done"}"""), "go");

        run.Expect(0);
        Assert.True(File.Exists(Path.Combine(folder, "made.txt")));
    }

    [Fact]
    public async Task Url_WithGitHub_EndsWithADraftThatTheJsonNames()
    {
        var remote = new GitRemote(Path.Combine(_world.Folder, "remote"), Token);
        await using var gitHub = await GitHubStandIn.StartAsync(remote.Map, Ct);
        gitHub.Access.AddToken(Token, gitHub.World.AddAccount("drafthorse", "Bot"));
        var repository = gitHub.World.AddRepository("acme", "app");
        await remote.CreateAsync(repository.FullName, repository.DefaultBranch, new Dictionary<string, string> { ["a.txt"] = "old\n" }, Ct);
        _world.Environment["GITHUB_TOKEN"] = Token;
        _world.Environment["GITHUB_API_URL"] = gitHub.ApiUrl.AbsoluteUri;
        _world.Environment["GITHUB_SERVER_URL"] = gitHub.ServerUrl.AbsoluteUri;

        await using var run = await CliProcess.RunAsync(_world, "run", "--json", "--repo", $"{gitHub.ServerUrl}acme/app", "--model", Change(), "change it");

        run.Expect(0);
        var end = run.Json[^1];
        Assert.Equal(("run.finished", "done"), (end.GetProperty("type").GetString(), end.GetProperty("outcome").GetString()));
        Assert.Equal($"{gitHub.ServerUrl}acme/app/pull/1", end.GetProperty("pullRequest").GetString());
        Assert.True(Assert.Single(repository.PullRequests).Draft);
        Assert.Contains("branch.pushed", run.Json.Select(line => line.GetProperty("type").GetString()));
        Assert.DoesNotContain(Token, run.Output + run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bubblewrap")]
    [InlineData("docker")]
    public async Task Url_WithoutAHostForDrafts_PushesTheBranchAndSaysSo(string sandbox)
    {
        if (sandbox == "docker")
            _world.UseDocker(await docker.GetAsync());
        var remote = new GitRemote(Path.Combine(_world.Folder, "remote"), Token);
        await remote.CreateAsync("acme/app", "main", new Dictionary<string, string> { ["a.txt"] = "old\n" }, Ct);
        await using var app = await OpenAsync(remote.Root);

        await using var run = await CliProcess.RunAsync(_world, "run", "--sandbox", sandbox, "--repo", $"{app.Urls.First()}/acme/app.git", "--model", Change(), "change it");

        run.Expect(0);
        Assert.Contains("pushed drafthorse/", run.Errors, StringComparison.Ordinal);
        Assert.Contains("No channel opens drafts on 127.0.0.1: set one up, or open it by hand from the branch", run.Errors, StringComparison.Ordinal);
        var branch = (await GitRemote.RunGitAsync(remote.PathOf("acme/app"), ["for-each-ref", "--format=%(refname:short)", "refs/heads/drafthorse"], Ct)).Trim();
        Assert.Equal("new", await GitRemote.RunGitAsync(remote.PathOf("acme/app"), ["show", $"{branch}:a.txt"], Ct));
    }

    /// <summary>The repository's settings on its base branch choose the model and hold the budget.</summary>
    [Fact]
    public async Task Url_WithSettings_AsksTheirModelUpToTheirBudget()
    {
        await using var server = await ChatServer.StartAsync();
        for (var call = 0; call < 5; call++)
            server.Calls($"call {call}", ("execute", $$"""{"command":"echo {{call}}"}"""));
        var remote = new GitRemote(Path.Combine(_world.Folder, "remote"), Token);
        var files = new Dictionary<string, string> { [".drafthorse.yml"] = "model: openai-chat:chosen\nbudgetUsd: 0.05\n" };
        await remote.CreateAsync("acme/app", "main", files, Ct);
        await using var app = await OpenAsync(remote.Root);
        Directory.CreateDirectory(_world.Home);
        await File.WriteAllTextAsync(
            Path.Combine(_world.Home, "models.json"),
            """{"models":{"chosen":{"vendor":"any","contextWindow":1000,"maxOutput":100,"price":{"input":10,"cachedInput":1,"output":100}}}}""", Ct);
        _world.Environment["OPENAI_BASE_URL"] = server.Url + "/v1";
        _world.Environment["DRAFTHORSE_MODEL"] = _world.Script("""{"text":"not asked"}""");

        await using var run = await CliProcess.RunAsync(_world, "run", "--json", "--sandbox", "local", "--repo", $"{app.Urls.First()}/acme/app.git", "go");

        run.Expect(3);
        Assert.DoesNotContain("not asked", run.Output, StringComparison.Ordinal);
        Assert.All(server.Requests, request => Assert.Equal("chosen", (string?)request["model"]));
        Assert.Contains("0.05", run.Json[^1].GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    /// <summary>A remote that asks for no credentials.</summary>
    private static async Task<WebApplication> OpenAsync(string root)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        var app = builder.Build();
        app.Map("/{owner}/{repository}/{**rest}", context => GitHttpBackend.AnswerAsync(context, root));
        await app.StartAsync(Ct);
        return app;
    }

    private string Change() => _world.Script(
        """{"text":"I change it.","calls":[{"name":"write_file","arguments":{"path":"a.txt","content":"new\n"}}]}""", """{"text":"Changed."}""");
}
