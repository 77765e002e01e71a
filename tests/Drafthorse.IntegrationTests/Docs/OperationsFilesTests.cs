using System.Diagnostics;
using System.Text.Json;
using Drafthorse.IntegrationTests.Crashes;
using Drafthorse.Tests.Docs;

namespace Drafthorse.IntegrationTests.Docs;

/// <summary>What operators copy, judged by the programs that will read it.</summary>
public sealed class OperationsFilesTests : IDisposable
{
    private const string Judge = """
        import json, sys, jsonschema
        schema = json.load(open(sys.argv[1]))
        jsonschema.Draft7Validator.check_schema(schema)
        for line in sys.stdin:
            print("ok" if jsonschema.Draft7Validator(schema).is_valid(json.loads(line)) else "bad")
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("drafthorse-operations-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task AlertRules_AreTakenByPromtool()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/promtool"), "promtool is not installed (tests/tools/install.sh)");

        var (code, printed) = await RunAsync("promtool", ["check", "rules", Path.Combine(RepositoryFiles.Root, "deploy/monitoring/drafthorse-alerts.yml")]);

        Assert.True(code == 0, printed);
    }

    [Fact]
    public async Task Unit_IsTakenBySystemd()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-analyze"), "systemd-analyze is not installed (tests/tools/install.sh)");
        var unit = Path.Combine(_folder.FullName, "drafthorse.service");
        await File.WriteAllTextAsync(unit, RepositoryFiles.Read("deploy/systemd/drafthorse.service").Replace("/opt/drafthorse/drafthorse", "/bin/true", StringComparison.Ordinal), TestContext.Current.CancellationToken);

        var (code, printed) = await RunAsync("systemd-analyze", ["verify", unit]);

        Assert.True(code == 0 && !printed.Contains("drafthorse.service:", StringComparison.Ordinal), printed);
    }

    [Fact]
    public async Task Compose_IsTakenByDockerCompose()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/docker-compose"), "docker-compose is not installed (tests/tools/install.sh)");
        foreach (var (from, to) in new[] { ("compose.yml", "compose.yml"), (".env.example", ".env") })
            File.Copy(Path.Combine(RepositoryFiles.Root, "deploy/server", from), Path.Combine(_folder.FullName, to));

        var (code, printed) = await RunAsync("docker-compose", ["-f", Path.Combine(_folder.FullName, "compose.yml"), "config"]);

        Assert.True(code == 0, printed);
        Assert.Contains("read_only: true", printed, StringComparison.Ordinal);
        Assert.Contains("stop_grace_period: ", printed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RepositoryFileSchema_JudgesAsTheReaderDoes()
    {
        await RequireJudgeAsync();
        // As JSON and as people write it, where quotes make a difference.
        (string Json, string Yaml)[] plain =
        [
            ("""{"plan":"always"}""", "plan: always"), ("""{"plan":{"paths":["src/**"]}}""", "plan:\n  paths: [src/**]"), ("""{"plan":"never"}""", "plan: never"),
            ("""{"sandbox":{"memory":"6GiB","cpus":{"request":2,"ceiling":4},"pids":500}}""", "sandbox:\n  memory: 6GiB\n  cpus: {request: 2, ceiling: 4}\n  pids: 500"),
            ("""{"sandbox":{"memory":"6 elephants"}}""", "sandbox:\n  memory: 6 elephants"), ("""{"sandbox":{"disk":1}}""", "sandbox:\n  disk: 1"),
            ("""{"permissions":{"deny":["execute(git push)"],"default":"ask"}}""", "permissions:\n  deny: [execute(git push)]\n  default: ask"), ("""{"permissions":{"default":"never"}}""", "permissions:\n  default: never"),
        ];
        string[] files =
        [
            "{}", """{"verify":["npm test"],"maxFixRounds":0,"egress":["*.example.com"],"budgetUsd":2.5,"reviewers":["ada","org/team"],"model":"openai:gpt-5","pushToPullRequestBranch":true}""",
            """{"verify":"npm test"}""", """{"timeout":30}""", """{"maxFixRounds":11}""", """{"budgetUsd":0}""", """{"labels":["a,b"]}""", """{"model":"gpt"}""", """{"egress":["http://x"]}""", """{"review":"yes"}""",
        ];

        var judged = await JudgeAsync("docs/schemas/drafthorse-yml.json", string.Join('\n', files.Concat(plain.Select(file => file.Json))));

        var read = files.Concat(plain.Select(file => file.Yaml)).Select(file =>
        {
            try
            {
                Drafthorse.Harness.Drafts.Settings.RepositorySettings.Parse(file);
                return "ok";
            }
            catch (Drafthorse.Harness.Drafts.Settings.RepositorySettingsException)
            {
                return "bad";
            }
        });
        Assert.Equal(read, judged);
        Assert.Equal(6, judged.Count(one => one == "ok"));
    }

    [Fact]
    public async Task EventsSchema_FitsEachLineOfARealRun_AndNotABrokenOne()
    {
        await RequireJudgeAsync();
        var script = Path.Combine(_folder.FullName, "script.jsonl");
        await File.WriteAllTextAsync(
            script, """{"text":"I look.","calls":[{"name":"todo_write","arguments":{"todos":[{"content":"look","status":"completed"}]}},{"name":"execute","arguments":{"command":"echo hi"}}]}""" + "\n" + """{"text":"Done."}""",
            TestContext.Current.CancellationToken);

        var (code, printed) = await RunAsync(ServeProcess.Shipped, ["run", "--json", "--model", $"script:{script}", "look"], home: _folder.FullName);
        var lines = printed.Trim().Split('\n');
        var broken = JsonSerializer.Serialize(new { type = "run.finished", thread = (string?)null, seq = 0, at = "2026-11-29T08:00:00Z", outcome = "done" });
        var judged = await JudgeAsync("docs/schemas/events.json", $"{printed.Trim()}\n{broken}\n");

        Assert.Equal(0, code);
        Assert.True(lines.Length > 10, printed);
        Assert.Equal([.. lines.Select(_ => "ok"), "bad"], judged);
    }

    private static async Task RequireJudgeAsync() =>
        Assert.SkipUnless((await RunAsync("python3", ["-c", "import jsonschema"])).Code == 0, "python3-jsonschema is not installed (tests/tools/install.sh)");

    private static async Task<string[]> JudgeAsync(string schema, string lines) =>
        (await RunAsync("python3", ["-c", Judge, Path.Combine(RepositoryFiles.Root, schema)], lines)).Printed.Trim().Split('\n');

    private static async Task<(int Code, string Printed)> RunAsync(string program, string[] arguments, string input = "", string? home = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        if (home is not null)
            (start.WorkingDirectory, start.Environment["DRAFTHORSE_HOME"]) = (home, Path.Combine(home, "home"));
        using var process = Process.Start(start)!;
        var (printed, errors) = (process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await printed + (process.ExitCode == 0 && home is not null ? "" : await errors));
    }
}
