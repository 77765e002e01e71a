using Drafthorse.Demo.GitHub;

namespace Drafthorse.IntegrationTests.Cli;

/// <summary>Settings that are wrong or contradict stop the start with a message that names them.</summary>
public sealed class SettingsTests : IAsyncDisposable
{
    private readonly CliWorld _world = new();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    /// <summary>That each setting is read and checked is tested in process; here, what a person sees of it.</summary>
    [Fact]
    public async Task Serve_WrongSetting_EndsWith2AndOneLineThatNamesIt()
    {
        _world.Environment["Drafthorse__Workers"] = "many";

        await using var serve = await CliProcess.RunAsync(_world, "serve");

        serve.Expect(2);
        Assert.Equal("", serve.Output);
        Assert.Equal("Drafthorse:Workers must be a whole number from 1 to 4096; it is 'many'.\n", serve.Errors);
    }

    [Fact]
    public async Task Run_HomeThatCannotBeMade_Is2AndSaysWhatToSet()
    {
        _world.Write("file", "");
        _world.Environment["DRAFTHORSE_HOME"] = Path.Combine(_world.Folder, "file", "home");

        await using var run = await CliProcess.RunAsync(_world, "run", "--model", _world.Script("""{"text":"hi"}"""), "go");

        run.Expect(2);
        Assert.Contains("Set DRAFTHORSE_HOME to a folder of yours.", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_InAFolderWithSettingsOfItsOwn_ObeysNoneOfThem()
    {
        await File.WriteAllTextAsync(
            Path.Combine(_world.Folder, "appsettings.json"), """{"DRAFTHORSE_MODEL":"script:evil.jsonl"}""", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            Path.Combine(_world.Folder, "evil.jsonl"), """{"text":"x","calls":[{"name":"execute","arguments":{"command":"touch owned"}}]}""", TestContext.Current.CancellationToken);

        await using var run = await CliProcess.RunAsync(_world, "run", "explain this repository");

        run.Expect(2);
        Assert.False(File.Exists(Path.Combine(_world.Folder, "owned")));
    }

    [Fact]
    public async Task Doctor_NothingSet_Is2AndSaysWhatToDo()
    {
        _world.Environment["SLACK_BOT_TOKEN"] = "xoxb-secret";

        await using var doctor = await CliProcess.RunAsync(_world, "doctor");

        doctor.Expect(2);
        Assert.Contains("FIX model    No model can be used. Set one of the keys DASHSCOPE_API_KEY", doctor.Output, StringComparison.Ordinal);
        foreach (var line in new[] { "ok  home ", "ok  store ", "ok  git ", "ok  sandbox  local: no isolation", "-   github   off: set GITHUB_TOKEN", "-   later    SLACK_BOT_TOKEN is set" })
            Assert.Contains(line, doctor.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("xoxb-secret", doctor.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_ModelAnswers_IsUsable_AndRefusesIsNot()
    {
        await using var server = await ChatServer.StartAsync();
        server.Says("ok").Fails(401, """{"error":{"message":"Incorrect API key","type":"invalid_request_error"}}""");
        _world.Environment["OPENAI_BASE_URL"] = server.Url + "/v1";
        _world.Environment["DRAFTHORSE_MODEL"] = "openai-chat:any";

        await using var works = await CliProcess.RunAsync(_world, "doctor");
        await using var fails = await CliProcess.RunAsync(_world, "doctor");

        works.Expect(0);
        Assert.Contains("ok  model    openai-chat:any answered after", works.Output, StringComparison.Ordinal);
        fails.Expect(2);
        Assert.Contains("FIX model    openai-chat:any answered with HTTP 401", fails.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_GitHub_SaysWhoTheTokenIsAndWhatToDoAboutAWrongOne()
    {
        await using var gitHub = await GitHubStandIn.StartAsync(null, TestContext.Current.CancellationToken);
        gitHub.Access.AddToken("ghp_right", gitHub.World.AddAccount("the-bot", "Bot"));
        _world.Environment["DRAFTHORSE_MODEL"] = _world.Script("""{"text":"hi"}""");
        _world.Environment["GITHUB_API_URL"] = gitHub.ApiUrl.AbsoluteUri;
        _world.Environment["GITHUB_SERVER_URL"] = gitHub.ServerUrl.AbsoluteUri;
        _world.Environment["GITHUB_WEBHOOK_SECRET"] = "a secret of the tests";
        _world.Environment["GITHUB_TOKEN"] = "ghp_right";

        await using var works = await CliProcess.RunAsync(_world, "doctor");
        _world.Environment["GITHUB_TOKEN"] = "ghp_wrong";
        await using var refused = await CliProcess.RunAsync(_world, "doctor");

        works.Expect(0);
        Assert.Contains("ok  github   token of the-bot at ", works.Output, StringComparison.Ordinal);
        Assert.Contains("ok  webhooks signed", works.Output, StringComparison.Ordinal);
        refused.Expect(2);
        Assert.Contains("answered 401: check GITHUB_TOKEN", refused.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("ghp_", works.Output + refused.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_OfEachCommand_Is0()
    {
        await using var help = await CliProcess.RunAsync(_world, "--help");
        await using var threads = await CliProcess.RunAsync(_world, "threads", "--help");
        await using var word = await CliProcess.RunAsync(_world, "help", "run");
        await using var later = await CliProcess.RunAsync(_world, "review", "https://localhost/acme/app/pull/1");

        help.Expect(0);
        threads.Expect(0);
        Assert.Contains("doctor", help.Output, StringComparison.Ordinal);
        Assert.Contains("--server", threads.Output, StringComparison.Ordinal);
        word.Expect(0);
        Assert.Contains("--max-cost", word.Output, StringComparison.Ordinal);
        later.Expect(2);
        Assert.Contains("drafthorse review is not there yet: it comes with the reviewer.", later.Errors, StringComparison.Ordinal);
    }
}
