using System.Text.Json;
using Drafthorse.Demo.GitHub;
using Drafthorse.IntegrationTests.Sandboxes;

namespace Drafthorse.IntegrationTests.Cli;

/// <summary>A folder of this machine in an isolated sandbox: what changes inside comes back, and nothing that would run here.</summary>
public sealed class FolderTests(DockerEngineFixture docker) : IAsyncDisposable
{
    private readonly CliWorld _world = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Theory]
    [InlineData("bubblewrap")]
    [InlineData("docker")]
    public async Task Run_InAnIsolatedSandbox_WorksOnTheFolder(string sandbox)
    {
        await UseAsync(sandbox);
        await CommitAsync();
        _world.Write("sub/b.txt", "committed\nchanged by the user\n");
        _world.Write("secret.log", "ignored");
        var git = await StateOfGitAsync();
        var command = """
            git status --short; git log --format=%s; cat sub/b.txt; ls -a; printf 'bin\\000\\377' > data.bin; rm a.txt; mkdir new; echo hi > new/run.sh; chmod +x new/run.sh; ln -s new/run.sh link; git commit -qam inside; echo log > own.log
            """.Trim();

        await using var run = await CliProcess.RunAsync(_world, "run", "--json", "--sandbox", sandbox, "--model", _world.Script(Execute("looking", command), """{"text":"done"}"""), "go");

        run.Expect(0);
        var output = run.Json.Single(line => line.GetProperty("type").GetString() == "tool.finished").ToString();
        Assert.Contains(" M sub/b.txt", output, StringComparison.Ordinal);
        Assert.Contains("the first commit", output, StringComparison.Ordinal);
        Assert.Contains("changed by the user", output, StringComparison.Ordinal);
        Assert.DoesNotContain("secret.log", output, StringComparison.Ordinal);
        Assert.Equal([0x62, 0x69, 0x6e, 0, 0xff], File.ReadAllBytes(Path.Combine(_world.Folder, "data.bin")));
        Assert.False(File.Exists(Path.Combine(_world.Folder, "a.txt")));
        Assert.True(File.GetUnixFileMode(Path.Combine(_world.Folder, "new/run.sh")).HasFlag(UnixFileMode.UserExecute));
        Assert.Equal("new/run.sh", new FileInfo(Path.Combine(_world.Folder, "link")).LinkTarget);
        Assert.Equal("ignored", _world.Read("secret.log"));
        Assert.False(File.Exists(Path.Combine(_world.Folder, "own.log")));
        Assert.Equal(git, await StateOfGitAsync());
        Assert.Empty(await _world.ListSandboxesAsync());
    }

    /// <summary>What the newest commit names is run in the sandbox; red goes back to the model before anything comes out.</summary>
    [Fact]
    public async Task Run_VerifyOfTheFolderIsRed_GoesBackToTheModel()
    {
        _world.Write(".drafthorse.yml", "verify:\n  - grep -qx good a.txt\n");
        await CommitAsync();
        _world.Write(".drafthorse.yml", "verify:\n  - touch ran-what-is-not-committed\n");

        await using var run = await CliProcess.RunAsync(
            _world, "run", "--sandbox", "bubblewrap", "--model",
            _world.Script(Execute("", "echo bad > a.txt"), """{"text":"It is done.","repeat":true}""", """{"when":"* verify:","expect":"exit code 1","calls":[{"name":"execute","arguments":{"command":"echo good > a.txt"}}]}""", """{"text":"Now it is done."}"""), "go");

        run.Expect(0);
        Assert.Equal("good\n", _world.Read("a.txt"));
        Assert.Contains("Now it is done.", run.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_world.Folder, "ran-what-is-not-committed")));
    }

    [Fact]
    public async Task Run_ToDosAreOpen_AreToldOnceAlsoWithoutIsolation()
    {
        await using var run = await CliProcess.RunAsync(
            _world, "run", "--sandbox", "local", "--model",
            _world.Script(
                """{"calls":[{"name":"todo_write","arguments":{"todos":[{"content":"second","status":"in_progress"}]}},{"name":"write_file","arguments":{"path":"one.txt","content":"1"}}]}""",
                """{"text":"done","repeat":true}""",
                """{"when":"* todos:","calls":[{"name":"write_file","arguments":{"path":"two.txt","content":"2"}},{"name":"todo_write","arguments":{"todos":[{"content":"second","status":"completed"}]}}]}""",
                """{"text":"done"}"""), "go");

        run.Expect(0);
        Assert.Equal("2", _world.Read("two.txt"));
    }

    [Fact]
    public async Task Run_ThatWouldRunHere_IsNotBroughtBack()
    {
        await CommitAsync();
        await GitAsync("config", "core.hooksPath", ".husky");
        var git = await StateOfGitAsync();
        var command = """
            mkdir -p .husky bare/objects bare/refs sub/.GIT; echo evil | tee .husky/pre-commit bare/HEAD bare/config sub/.GIT/config .git/hooks/pre-commit > /dev/null; ln -s /etc/passwd out; ln -s ../../x up; mkdir d; ln -s .. d/back; ln -s d/back/../x turn; echo fine > fine.txt; git init -q own; git init -q full; cd full; echo x > x; git add x; git -c user.name=x -c user.email=x@x commit -qm x
            """.Trim();

        await using var run = await CliProcess.RunAsync(_world, "run", "--sandbox", "bubblewrap", "--model", _world.Script(Execute("", command), """{"text":"done"}"""), "go");

        run.Expect(0);
        Assert.Equal("fine\n", _world.Read("fine.txt"));
        Assert.Contains("Not brought to the folder: out: it is a link that leads out of the folder", run.Errors, StringComparison.Ordinal);
        Assert.Equal(git, await StateOfGitAsync());
        var found = Directory.EnumerateFileSystemEntries(_world.Folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(_world.Folder, path)).Where(path => !path.StartsWith(".git/", StringComparison.Ordinal) && !path.StartsWith("d/back/", StringComparison.Ordinal));
        Assert.Equal([".git", ".gitignore", "a.txt", "bare", "bare/config", "d", "d/back", "fine.txt", "sub", "sub/b.txt"], found.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Run_WhatCannotComeOut_IsNamedAndTheRestComes()
    {
        await CommitAsync();
        var inner = Directory.CreateDirectory(Path.Combine(_world.Folder, "inner")).FullName;
        _world.Write("inner/c.txt", "of a repository below\n");
        await GitRemote.RunGitAsync(inner, ["init", "-q"], Ct);
        var command = """
            cat inner/c.txt; echo changed > inner/c.txt; echo fine > fine.txt; echo x > shut; chmod 000 shut; mkdir .GIT 'git~1'; echo x | tee .GIT/config > 'git~1/config'; truncate -s 101M big.bin; mkfifo .gitattributes
            """.Trim();

        await using var run = await CliProcess.RunAsync(_world, "run", "--sandbox", "bubblewrap", "--model", _world.Script(Execute("", command), """{"text":"done"}"""), "go");

        run.Expect(0);
        Assert.Contains("of a repository below", run.Errors, StringComparison.Ordinal);
        Assert.Equal("changed\n", _world.Read("inner/c.txt"));
        Assert.Equal("fine\n", _world.Read("fine.txt"));
        foreach (var named in (string[])["shut: it cannot be read", ".GIT/config: git takes its name for its own", "git~1/config: git takes its name for its own", "big.bin: it is larger than 100 MiB"])
            Assert.Contains($"Not brought to the folder: {named}", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Repl_BetweenTurns_TakesThePersonsChangesIn()
    {
        await CommitAsync();
        _world.Environment["SANDBOX_TYPE"] = "bubblewrap";
        _world.Environment["DRAFTHORSE_MODEL"] = _world.Script(
            Execute("first", "echo agent > a.txt; (while [ ! -e /tmp/go ]; do sleep 0.05; done; echo late > late.txt) > /dev/null 2>&1 &"), """{"text":"turn one"}""",
            Execute("second", "cat a.txt sub/b.txt; touch /tmp/go waiting.txt"),
            """{"text":"turn two"}""");
        await using var repl = CliProcess.Start(_world);
        await SendAsync(repl, "one\n");
        await repl.SeeAsync("turn one");
        await repl.SeeAsync("Changed in the folder: a.txt");
        _world.Write("sub/b.txt", "by the person\n");
        await SendAsync(repl, "two\n");
        await repl.SeeAsync("by the person");
        await repl.SeeAsync("Changed in the folder: waiting.txt");
        await SendAsync(repl, "/exit\n");
        repl.Input.Close();
        await repl.EndAsync();

        repl.Expect(0);
        Assert.Equal("agent\n", _world.Read("a.txt"));
        Assert.Equal("by the person\n", _world.Read("sub/b.txt"));
    }

    [Fact]
    public async Task Run_FileChangedOnBothSides_KeepsBoth()
    {
        await CommitAsync();
        var written = new TaskCompletionSource();
        await using var server = await ChatServer.StartAsync();
        server.Calls("", ("execute", """{"command":"echo from the agent > a.txt; echo written"}""")).Says("done", written.Task);
        _world.Environment["OPENAI_BASE_URL"] = server.Url + "/v1";
        await using var run = CliProcess.Start(_world, "run", "--sandbox", "bubblewrap", "--model", "openai-chat:any", "go");
        await run.SeeAsync("  written");
        _world.Write("a.txt", "from the person\n");
        written.SetResult();
        await run.EndAsync();

        run.Expect(0);
        Assert.Equal("from the person\n", _world.Read("a.txt"));
        Assert.Equal("from the agent\n", _world.Read("a.txt.from-agent"));
        Assert.Contains("Not brought to the folder: a.txt: it was changed here too and stays as it is; the agent's is a.txt.from-agent", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Stopped_BringsBackWhatWasDone()
    {
        await CommitAsync();
        await using var run = CliProcess.Start(
            _world, "run", "--sandbox", "bubblewrap", "--model",
            _world.Script(Execute("", "echo half > half.txt"), Execute("", "sleep 600"), """{"text":"never"}"""), "go");
        await run.SeeAsync("● execute sleep");
        run.Signal("INT");
        await run.EndAsync();

        run.Expect(130);
        Assert.Equal("half\n", _world.Read("half.txt"));
    }

    private async Task UseAsync(string sandbox)
    {
        if (sandbox == "docker")
            _world.UseDocker(await docker.GetAsync());
    }

    /// <summary>The folder becomes a repository with one commit.</summary>
    private async Task CommitAsync()
    {
        Directory.Delete(Path.Combine(_world.Folder, ".git"));
        Directory.CreateDirectory(Path.Combine(_world.Folder, "sub"));
        _world.Write("a.txt", "alpha\n");
        _world.Write("sub/b.txt", "committed\n");
        _world.Write(".gitignore", "*.log\n");
        await GitAsync("init", "-q");
        await GitAsync("add", "-A");
        await GitAsync("-c", "user.name=u", "-c", "user.email=u@localhost", "commit", "-qm", "the first commit");
    }

    /// <summary>All that git itself keeps: nothing of it may change.</summary>
    private async Task<string> StateOfGitAsync() => string.Join(
        '\n',
        await GitAsync("for-each-ref"),
        await GitAsync("rev-parse", "HEAD"),
        await GitAsync("ls-files", "-s"),
        string.Join('\n', Directory.EnumerateFiles(Path.Combine(_world.Folder, ".git"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)),
        File.ReadAllText(Path.Combine(_world.Folder, ".git", "config")));

    private Task<string> GitAsync(params string[] arguments) => GitRemote.RunGitAsync(_world.Folder, arguments, Ct);

    private static string Execute(string text, string command) => JsonSerializer.Serialize(
        new { text, calls = new[] { new { name = "execute", arguments = new { command = command.Replace(@"\\", @"\", StringComparison.Ordinal) } } } });

    private static async Task SendAsync(CliProcess process, string text)
    {
        await process.Input.WriteAsync(text);
        await process.Input.FlushAsync(Ct);
    }
}
