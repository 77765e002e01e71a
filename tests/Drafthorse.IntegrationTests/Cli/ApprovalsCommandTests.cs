namespace Drafthorse.IntegrationTests.Cli;

/// <summary>A plan at the terminal: <c>run --plan</c> waits with 6, <c>approvals</c> decides, the REPL does both.</summary>
public sealed class ApprovalsCommandTests : IAsyncDisposable
{
    private const string Plans = """{"calls":[{"name":"plan_write","arguments":{"content":"1. Make it"}},{"name":"plan_exit","arguments":{}}]}""";
    private const string Works = """{"calls":[{"name":"execute","arguments":{"command":"echo made > made.txt"}}]}""";

    private readonly CliWorld _world = new();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Run_WithPlan_EndsWith6_AndGoesOnWhenItIsApproved()
    {
        _world.Environment["DRAFTHORSE_MODEL"] = _world.Script("""{"calls":[{"name":"execute","arguments":{"command":"touch made.txt"}}]}""", Plans, Works, """{"text":"made"}""");

        await using var run = await CliProcess.RunAsync(_world, "run", "--json", "--plan", "--thread", "mine", "make it");
        run.Expect(6);
        var end = run.Json[^1];
        var waits = end.GetProperty("waitsFor")[0];
        var hash = waits.GetProperty("hash").GetString()![..8];
        Assert.Equal(("waiting", "plan"), (end.GetProperty("outcome").GetString(), waits.GetProperty("kind").GetString()));
        Assert.StartsWith($"the plan: approve {hash} or reject {hash} WHY, until ", waits.GetProperty("howTo").GetString(), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_world.Folder, "made.txt")));

        await using var list = await CliProcess.RunAsync(_world, "approvals", "list");
        await using var show = await CliProcess.RunAsync(_world, "approvals", "show", hash);
        await using var vague = await CliProcess.RunAsync(_world, "approvals", "answer", hash, "approve", "if", "it", "is", "small");
        await using var answer = await CliProcess.RunAsync(_world, "approvals", "answer", hash, "approve");
        await using var twice = await CliProcess.RunAsync(_world, "approvals", "answer", waits.GetProperty("id").GetString()!, "reject", "no");
        await using var rest = await CliProcess.RunAsync(_world, "run", "--thread", "mine", "go on");

        Assert.Contains($"{hash} plan", list.Output, StringComparison.Ordinal);
        Assert.Contains("1. Make it", show.Output, StringComparison.Ordinal);
        vague.Expect(2);
        answer.Expect(0);
        Assert.StartsWith($"Approved: the plan {hash}.", answer.Output, StringComparison.Ordinal);
        twice.Expect(2);
        Assert.Contains("a moment ago by cli:", twice.Errors, StringComparison.Ordinal);
        rest.Expect(0);
        Assert.Equal("made\n", _world.Read("made.txt"));
    }

    [Fact]
    public async Task Repl_PlanRejectAndApprove_GoesOnEachTime()
    {
        _world.Environment["DRAFTHORSE_MODEL"] = _world.Script(
            Plans, """{"calls":[{"name":"plan_write","arguments":{"content":"1. Make it well"}},{"name":"plan_exit","arguments":{}}]}""", Works, """{"text":"all made"}""");
        await using var repl = CliProcess.Start(_world);
        await repl.Input.WriteAsync("/approve\n/plan make it\n/approve but small\n/reject make it well\n/plan\n/approve\n");
        repl.Input.Close();
        await repl.EndAsync();

        var at = 0;
        foreach (var text in new[]
        {
            "Nothing waits for an approval here.|There is no thread", "Please decide about the plan", "1  1. Make it\n", "Words behind /approve are no condition", "Rejected: the plan", "1  1. Make it well\n", "version 2, not approved yet", "Approved: the plan", "all made",
        })
        {
            var found = text.Split('|').Select(choice => repl.Output.IndexOf(choice, at, StringComparison.Ordinal)).Max();
            Assert.True(found >= 0, $"'{text}' is missing after {at}:\n{repl.Output}");
            at = found;
        }

        Assert.Equal("made\n", _world.Read("made.txt"));
    }
}
