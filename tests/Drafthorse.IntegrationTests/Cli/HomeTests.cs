using System.Diagnostics;
using Drafthorse.Demo.GitHub;

namespace Drafthorse.IntegrationTests.Cli;

/// <summary>Where the executable keeps what lasts: never in somebody's repository unasked, and closed to other users.</summary>
public sealed class HomeTests : IAsyncDisposable
{
    private readonly CliWorld _world = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Theory]
    [InlineData("not set")]
    [InlineData("missing")]
    [InlineData("the folder")]
    public async Task Run_WithoutAPlaceForIt_IsRefusedAndMakesNothing(string home)
    {
        _world.Environment.Remove("DRAFTHORSE_HOME");
        _world.Environment.Remove("HOME");
        if (home != "not set")
            _world.Environment["HOME"] = home == "missing" ? "/nowhere/at/all" : _world.Folder;
        _world.Environment["DRAFTHORSE_MODEL"] = _world.Script("""{"text":"hi"}""");

        await using var run = await CliProcess.RunAsync(_world, "run", "go");

        run.Expect(2);
        Assert.Contains("Set DRAFTHORSE_HOME", run.Errors, StringComparison.Ordinal);
        Assert.Equal([Path.Combine(_world.Folder, ".git")], Directory.EnumerateFileSystemEntries(_world.Folder));
    }

    [Theory]
    [InlineData("local")]
    [InlineData("bubblewrap")]
    public async Task Repl_HomeInTheFolder_IsNeitherCarriedNorShown(string sandbox)
    {
        await GitRemote.RunGitAsync(_world.Folder, ["init", "-q"], Ct);
        _world.Write("a.txt", "alpha\n");
        await GitRemote.RunGitAsync(_world.Folder, ["add", "-A"], Ct);
        await GitRemote.RunGitAsync(_world.Folder, ["commit", "-qm", "first"], Ct);
        _world.MoveHome(Path.Combine(_world.Folder, "own"));
        _world.Environment["SANDBOX_TYPE"] = sandbox;
        _world.Environment["DRAFTHORSE_MODEL"] = _world.Script("""{"calls":[{"name":"execute","arguments":{"command":"echo; echo see $(ls); git add -A; git status --short; echo more >> a.txt"}}]}""", """{"text":"turn one"}""");
        await using var repl = CliProcess.Start(_world);
        await repl.Input.WriteAsync("go\n/diff\n/undo\n/exit\n");
        repl.Input.Close();
        await repl.EndAsync();

        repl.Expect(0);
        Assert.DoesNotContain("new file: own", repl.Output, StringComparison.Ordinal);
        if (sandbox == "bubblewrap")
            Assert.DoesNotContain("see a.txt own", repl.Output, StringComparison.Ordinal);
        Assert.Contains("restored a.txt", repl.Output, StringComparison.Ordinal);
        Assert.Equal("", await GitRemote.RunGitAsync(_world.Folder, ["status", "--porcelain"], Ct));
    }

    [Theory]
    [InlineData("local")]
    [InlineData("bubblewrap")]
    public async Task Run_OpenHome_AnotherUserReadsNothingBelow(string sandbox)
    {
        if (!Environment.IsPrivilegedProcess)
            Assert.Skip("looks as another user, as root");
        _world.Write("private.txt", "private\n");
        var root = Path.GetDirectoryName(_world.Home)!;

        // As an earlier version may have left it.
        var state = Directory.CreateDirectory(Path.Combine(_world.Home, "state", "folders")).FullName;
        foreach (var folder in (string[])[root, _world.Home, Path.GetDirectoryName(state)!, state])
            File.SetUnixFileMode(folder, (UnixFileMode)0x1ED);
        _world.Environment["DRAFTHORSE_MODEL"] = _world.Script("""{"calls":[{"name":"execute","arguments":{"command":"umask; echo made > made.txt; mkdir new; echo x > new/x"}}]}""", """{"text":"done"}""");
        var umask = $"umask 022; exec {CliProcess.Program} run --thread kept --sandbox {sandbox} go";

        await using var run = CliProcess.Start(_world, "/bin/sh", ["-c", umask]);
        await run.EndAsync();
        await using var doctor = await CliProcess.RunAsync(_world, "doctor");

        run.Expect(0);
        Assert.Contains("0022", run.Errors, StringComparison.Ordinal);
        Assert.Contains($"chmod 700 {_world.Home}", doctor.Output, StringComparison.Ordinal);
        Assert.Equal((UnixFileMode)0x1A4, File.GetUnixFileMode(Path.Combine(_world.Folder, "made.txt")));
        Assert.Equal((UnixFileMode)0x1ED, File.GetUnixFileMode(Path.Combine(_world.Folder, "new")));
        var open = await OutputAsync("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "find", _world.Home, "-mindepth", "1", "-readable");
        Assert.Equal("", open);
        foreach (var entry in Directory.EnumerateFileSystemEntries(_world.Home))
            Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(entry) & (UnixFileMode)0x3F);
    }

    private static async Task<string> OutputAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(Ct);
        await process.WaitForExitAsync(Ct);
        return output;
    }
}
