using System.Diagnostics;
using System.Text.Json;
using Drafthorse.Demo.GitHub;

namespace Drafthorse.IntegrationTests.Cli;

/// <summary>Work in a folder that somebody else made, or that is only partly readable: nothing of it runs here, and the rest works.</summary>
public sealed class HostileFolderTests : IAsyncDisposable
{
    private readonly CliWorld _world = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Mark => Path.Combine(_world.Environment["TMPDIR"], "ran");

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Theory]
    [InlineData("local")]
    [InlineData("bubblewrap")]
    public async Task Repl_RepositoryWithProgramsAndAMissingCommit_RunsNothing(string sandbox)
    {
        await CommitAsync("first");
        await CommitAsync("second");
        var missing = await GitAsync("rev-parse", "HEAD~1");
        File.Delete(Path.Combine(_world.Folder, ".git/objects", missing[..2], missing[2..]));
        _world.Write("git", $"#!/bin/sh\ntouch {Mark}\nexec /usr/bin/git \"$@\"\n");
        foreach (var program in (string[])["sh", "bwrap", "npm", "pip3", "dotnet", "go", "rm"])
            File.Copy(Path.Combine(_world.Folder, "git"), Path.Combine(_world.Folder, program));
        foreach (var file in Directory.GetFiles(_world.Folder).Where(file => Path.GetExtension(file).Length == 0))
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _world.Write(".gitattributes", "* filter=evil diff=evil\n");
        foreach (var (key, value) in new[]
        {
            ("core.repositoryFormatVersion", "1"), ("extensions.partialClone", "origin"), ("remote.origin.url", "ssh://localhost/x"), ("remote.origin.promisor", "true"), ("core.sshCommand", $"touch {Mark}; false"),
            ("core.fsmonitor", $"touch {Mark}; false"), ("diff.external", $"touch {Mark}"), ("diff.evil.textconv", $"touch {Mark}; cat"), ("filter.evil.clean", $"touch {Mark}; cat"),
        })
        {
            await GitAsync("config", "-f", ".git/config", key, value);
        }

        _world.Environment["SANDBOX_TYPE"] = sandbox;
        _world.Environment["DRAFTHORSE_MODEL"] = _world.Script("""{"calls":[{"name":"execute","arguments":{"command":"echo more >> a.txt"}}]}""", """{"text":"turn one"}""");
        await using var repl = CliProcess.Start(_world);
        await repl.Input.WriteAsync("go\n/diff\n/undo\n/exit\n");
        repl.Input.Close();
        await repl.EndAsync();

        repl.Expect(0);
        Assert.False(File.Exists(Mark), "a program of the folder ran on the host");
        Assert.Contains("is incomplete", repl.Output, StringComparison.Ordinal);
        Assert.Contains("restored a.txt", repl.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Repl_WithGitsVariablesOfAHook_WorksInTheFolderItIsIn()
    {
        await CommitAsync("first");
        _world.Write("a.txt", "changed here\n");
        var other = Directory.CreateDirectory(Path.Combine(_world.Environment["TMPDIR"], "other")).FullName;
        await GitRemote.RunGitAsync(other, ["init", "-q"], Ct);
        File.WriteAllText(Path.Combine(other, "private.txt"), "private\n");
        _world.Environment["GIT_DIR"] = Path.Combine(other, ".git");
        _world.Environment["GIT_WORK_TREE"] = other;
        _world.Environment["GIT_INDEX_FILE"] = Path.Combine(other, ".git", "index");
        _world.Environment["SANDBOX_TYPE"] = "bubblewrap";
        _world.Environment["DRAFTHORSE_MODEL"] = _world.Script("""{"calls":[{"name":"execute","arguments":{"command":"ls; pwd; echo more > b.txt"}}]}""", """{"text":"turn one"}""");
        await using var repl = CliProcess.Start(_world);
        await repl.Input.WriteAsync("/diff\ngo\n/exit\n");
        repl.Input.Close();
        await repl.EndAsync();

        repl.Expect(0);
        Assert.Contains("+changed here", repl.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("private", repl.Output, StringComparison.Ordinal);
        Assert.Equal("more\n", _world.Read("b.txt"));
    }

    /// <summary>An ordinary user, whom modes hold.</summary>
    [Theory]
    [InlineData("local")]
    [InlineData("bubblewrap")]
    public async Task Repl_UnreadableFiles_AreLeftOutAndNamedOnce(string sandbox)
    {
        if (!Environment.IsPrivilegedProcess)
            Assert.Skip("gives files to another user, as root");
        await CommitAsync("first");
        _world.Write("closed.txt", "closed");
        Directory.CreateDirectory(Path.Combine(_world.Folder, "closed"));
        _world.Write("closed/in.txt", "closed");
        var config = Directory.CreateDirectory(Path.Combine(_world.Environment["HOME"], ".config", "git")).FullName;
        File.WriteAllText(Path.Combine(config, "ignore"), "*.log\n");
        _world.Environment["SANDBOX_TYPE"] = sandbox;
        _world.Environment["DRAFTHORSE_MODEL"] = _world.Script(
            """{"calls":[{"name":"execute","arguments":{"command":"echo more >> a.txt; echo x > mine; chmod 000 mine; mkdir -p 'git~1'; echo x > 'git~1/config'"}}]}""", """{"text":"turn one"}""",
            """{"calls":[{"name":"execute","arguments":{"command":"echo even more >> a.txt"}}]}""", """{"text":"turn two"}""");
        foreach (var path in (string[])[Path.Combine(_world.Folder, "closed.txt"), Path.Combine(_world.Folder, "closed"), Path.Combine(config, "ignore")])
            File.SetUnixFileMode(path, UnixFileMode.None);
        await ProcessAsync("chown", "-R", "1000:1000", Path.GetDirectoryName(_world.Folder)!);
        await using var repl = CliProcess.Start(_world, "setpriv", ["--reuid", "1000", "--regid", "1000", "--clear-groups", CliProcess.Program]);
        await repl.Input.WriteAsync("one\ntwo\n/undo\n/exit\n");
        repl.Input.Close();
        await repl.EndAsync();

        repl.Expect(0);
        foreach (var named in (string[])["closed.txt is left out", "closed is left out", Path.Combine(config, "ignore")])
            Assert.Equal(2, repl.Output.Split(named).Length);
        Assert.Contains("restored a.txt", repl.Output, StringComparison.Ordinal);
        Assert.Equal("alpha\nmore\n", _world.Read("a.txt"));
        Assert.Equal("closed", _world.Read("closed.txt"));
        if (sandbox == "bubblewrap")
        {
            Assert.Contains("Not brought to the folder: mine: it cannot be read", repl.Output, StringComparison.Ordinal);
            Assert.Contains("Not brought to the folder: git~1/config: git takes its name for its own", repl.Output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("run", "go")]
    [InlineData("doctor")]
    [InlineData("threads", "list")]
    [InlineData]
    public async Task AnyCommand_WhereTheFolderWasDeleted_SaysSo(params string[] arguments)
    {
        _world.Environment["DRAFTHORSE_MODEL"] = _world.Script("""{"text":"hi"}""");
        var command = string.Join(' ', arguments.Prepend(CliProcess.Program));

        await using var process = CliProcess.Start(_world, "/bin/sh", ["-c", $"mkdir gone; cd gone; rmdir ../gone; exec {command} < /dev/null"]);
        await process.EndAsync();

        process.Expect(2);
        Assert.Contains("The folder you are in is not there any more", process.Errors, StringComparison.Ordinal);
    }

    private async Task CommitAsync(string message)
    {
        if (!File.Exists(Path.Combine(_world.Folder, ".git", "HEAD")))
            await GitAsync("init", "-q");
        _world.Write("a.txt", "alpha\n");
        await GitAsync("add", "-A");
        await GitAsync("commit", "-qm", message, "--allow-empty");
    }

    private Task<string> GitAsync(params string[] arguments) => GitRemote.RunGitAsync(_world.Folder, arguments, Ct);

    private static async Task ProcessAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync(Ct);
        Assert.Equal(0, process.ExitCode);
    }
}
