using System.Text.Json;

namespace Drafthorse.IntegrationTests.Cli;

/// <summary><c>drafthorse eval</c>, from outside, over some of the sample tasks in isolated sandboxes.</summary>
public sealed class EvalTests : IAsyncDisposable
{
    private static readonly string[] Samples = ["greet-by-name", "license-header", "unused-import"];
    private readonly CliWorld _world = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    /// <summary>What was finished when it was killed is not run again, and what was left in the middle leaves nothing behind.</summary>
    [Fact]
    public async Task Killed_TheSameCommand_GoesOn()
    {
        foreach (var sample in Samples)
            Copy(Path.Combine(Root(), "samples", "eval", sample), Path.Combine(_world.Folder, "suite", sample));
        string[] command = ["eval", "suite", "--repeat", "2", "--sandbox", "bubblewrap", "--json"];

        await using (var killed = CliProcess.Start(_world, command))
        {
            await killed.SeeAsync("repetition.finished", 2);
            killed.Signal("KILL");
            await killed.EndAsync();
        }

        var results = Path.Combine(_world.Folder, "eval-results", "suite", "results.jsonl");
        var before = await File.ReadAllLinesAsync(results, Ct);
        await using var run = await CliProcess.RunAsync(_world, command);

        run.Expect(0);
        Assert.Equal(before, (await File.ReadAllLinesAsync(results, Ct)).Take(before.Length));
        var started = run.Json[0];
        Assert.Equal(("eval.started", 6, before.Length), (started.GetProperty("type").GetString(), started.GetProperty("repetitions").GetInt32(), started.GetProperty("finished").GetInt32()));
        var setting = run.Json.Single(line => line.GetProperty("type").GetString() == "setting.finished");
        Assert.Equal((6, 6), (setting.GetProperty("solved").GetInt32(), setting.GetProperty("counted").GetInt32()));
        Assert.Equal("eval.finished", run.Json[^1].GetProperty("type").GetString());
        Assert.Contains("| greet-by-name | Shell | 2/2 |", await File.ReadAllTextAsync(Path.Combine(_world.Folder, "eval-results", "suite", "report.md"), Ct), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_world.Home, "drafthorse.db")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_world.Environment["TMPDIR"], "dhe-*"));
    }

    /// <summary>The check is nowhere in the agent's sandbox, and there is no way out of its own.</summary>
    [Fact]
    public async Task Agent_LooksForTheCheck_FindsNothing()
    {
        var task = Path.Combine(_world.Folder, "suite", "look");
        Directory.CreateDirectory(Path.Combine(task, "project"));
        await File.WriteAllTextAsync(Path.Combine(task, "project", "a.txt"), "old\n", Ct);
        await File.WriteAllTextAsync(Path.Combine(task, "task.yml"), "prompt: Look around.\nrepository: {folder: project}\n", Ct);
        await File.WriteAllTextAsync(Path.Combine(task, "check.sh"), "cat a.txt; grep -qx unseen a.txt && [ \"$(tail -n +3 /proc/net/dev | grep -vc ' lo:')\" = 0 ] && ! ls / /src | grep -x look", Ct);
        var look = $"if cat {task}/check.sh || find /src /tmp /root /home -name check.sh 2>/dev/null | grep .; then echo seen; else echo unseen; fi > found; tail -n 1 found > a.txt; rm found";
        await File.WriteAllLinesAsync(
            Path.Combine(task, "script.jsonl"),
            [JsonSerializer.Serialize(new { calls = new[] { new { name = "execute", arguments = new { command = look } } } }), """{"text":"done"}"""], Ct);

        await using var run = await CliProcess.RunAsync(_world, "eval", "suite/look", "--repeat", "1", "--sandbox", "bubblewrap", "--min-pass", "1");

        run.Expect(0);
    }

    [Theory]
    [InlineData("there is no feature magic", "eval", ".", "--without", "magic")]
    [InlineData("Name a folder of tasks", "eval")]
    [InlineData("holds no tasks", "eval", ".")]
    [InlineData("--min-pass must be a share", "eval", ".", "--min-pass", "8")]
    [InlineData("--repeat must be a whole number", "eval", ".", "--repeat", "0")]
    [InlineData("cannot be imported", "eval", "import", "gone.jsonl", "out")]
    public async Task Wrong_IsSaidInWords(string expected, params string[] command)
    {
        await using var run = await CliProcess.RunAsync(_world, command);

        run.Expect(2);
        Assert.Contains(expected, run.Errors, StringComparison.Ordinal);
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Drafthorse.slnx")))
            directory = directory.Parent ?? throw new InvalidOperationException("The tests run outside of the repository.");
        return directory.FullName;
    }
}
