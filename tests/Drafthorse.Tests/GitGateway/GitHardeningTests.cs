using Drafthorse.Harness.GitGateway.Git;

namespace Drafthorse.Tests.GitGateway;

/// <summary>Git on the host heeds no configuration but ours, whatever the repository or the home that it is given names.</summary>
public sealed class GitHardeningTests : IAsyncLifetime
{
    private readonly string _root = Directory.CreateTempSubdirectory("drafthorse-git-").FullName;
    private readonly GitProcess _git;

    public GitHardeningTests() => _git = new GitProcess("git", Directory.CreateDirectory(Path.Combine(_root, "home")).FullName);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Repository => Path.Combine(_root, "work", ".git");

    /// <summary>What a program that must not run would leave.</summary>
    private string Mark => Path.Combine(_root, "mark");

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Repository)!);
        await RunAsync(new GitCommand("init", "-q"));
        await File.WriteAllTextAsync(Path.Combine(_root, "work", "a.txt"), "a", Ct);
        await RunAsync(new GitCommand("add", "a.txt"));
        await RunAsync(new GitCommand("commit", "-q", "-m", "first") { Environment = Person });
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_root, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Run_HooksOfTheRepository_DoNotRun()
    {
        var hooks = Directory.CreateDirectory(Path.Combine(Repository, "hooks")).FullName;
        foreach (var hook in new[] { "reference-transaction", "pre-commit", "post-commit", "post-index-change" })
            File.Move(Program(), Path.Combine(hooks, hook));

        await RunAsync(new GitCommand("commit", "-q", "--allow-empty", "-m", "second") { Environment = Person });

        Assert.False(File.Exists(Mark));
    }

    [Theory]
    [InlineData("core.fsmonitor", "status")]
    [InlineData("credential.helper", "credential", "fill")]
    public async Task Run_ProgramThatTheRepositoryNames_DoesNotRun(string key, params string[] command)
    {
        await RunAsync(new GitCommand("config", "-f", Path.Combine(Repository, "config"), key, Program()));

        await _git.RunAsync(In(new GitCommand(command) { InputPrefix = "protocol=https\nhost=example.org\n\n"u8.ToArray() }), Ct);

        Assert.False(File.Exists(Mark));
    }

    [Theory]
    [InlineData(".gitconfig")]
    [InlineData(".config/git/config")]
    public async Task Run_ConfigurationOfTheHome_IsNotRead(string name)
    {
        var file = Path.Combine(_root, "home", name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, "[drafthorse]\n\tseen = true\n", Ct);

        var result = await _git.RunAsync(In(new GitCommand("config", "drafthorse.seen")), Ct);

        Assert.Equal((1, ""), (result.ExitCode, result.Text));
    }

    [Theory]
    [InlineData("file")]
    [InlineData("ext")]
    [InlineData("https")]
    public async Task Run_AddressOfAnyKind_IsNotAllowedUnlessTheCommandSaysSo(string kind)
    {
        var address = kind switch { "file" => $"file://{Repository}", "ext" => $"ext::{Program()}", _ => "https://127.0.0.1:1/x" };

        var result = await _git.RunAsync(In(new GitCommand("ls-remote", address)), Ct);

        Assert.Equal(128, result.ExitCode);
        Assert.Contains($"transport '{kind}' not allowed", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Mark));
    }

    [Fact]
    public async Task Run_AddressWithAPassword_IsRefusedAndNotPrinted()
    {
        var result = await _git.RunAsync(In(new GitCommand("ls-remote", "https://me:hush-hush@127.0.0.1:1/x") { Environment = [("GIT_ALLOW_PROTOCOL", "https")] }), Ct);

        Assert.Contains("plaintext credentials", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ObjectThatIsReplaced_IsTheTrueOne()
    {
        var first = await RunAsync(new GitCommand("rev-parse", "HEAD"));
        await RunAsync(new GitCommand("commit", "-q", "--allow-empty", "-m", "other") { Environment = Person });
        await RunAsync(new GitCommand("replace", first, await RunAsync(new GitCommand("rev-parse", "HEAD"))));

        Assert.EndsWith("\n\nfirst", await RunAsync(new GitCommand("cat-file", "-p", first)), StringComparison.Ordinal);
    }

    private static (string, string)[] Person => [("GIT_AUTHOR_NAME", "a"), ("GIT_AUTHOR_EMAIL", "a@example.org"), ("GIT_COMMITTER_NAME", "a"), ("GIT_COMMITTER_EMAIL", "a@example.org")];

    private GitCommand In(GitCommand command) => command with { GitDirectory = Repository, WorkTree = Path.GetDirectoryName(Repository) };

    private async Task<string> RunAsync(GitCommand command) => (await _git.RequireAsync(In(command), Ct)).Text.Trim();

    private string Program()
    {
        var program = Path.Combine(_root, $"program-{Guid.NewGuid():N}");
        File.WriteAllText(program, $"#!/bin/sh\ntouch '{Mark}'\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return program;
    }
}
