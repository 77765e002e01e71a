using System.Text.Json.Nodes;
using Drafthorse.Harness;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Runs;
using Drafthorse.Harness.Threads;
using Drafthorse.Tests.Runs;
using Drafthorse.Tests.Sandbox.Files;

namespace Drafthorse.Tests.DoneGates;

/// <summary>An agent with the done gate, a recorded model, and a git repository of its own to work in.</summary>
internal sealed class DoneWorld : IAsyncDisposable
{
    /// <summary>Passes unless there is a file named red.</summary>
    public const string Green = """if test -e red; then echo "not ok 1 - $(cat red)"; exit 7; fi""";

    private const string Key = "cli:done";
    private static readonly ModelSpec Spec = new(ModelSpec.Script, "done");

    private readonly TemporaryFolder _folder = new();
    private readonly InMemoryThreadStore _store = new(TimeProvider.System);
    private readonly JsonArray _turns;
    private readonly Action<HarnessAgentBuilder>? _configure;

    public DoneWorld(JsonArray turns, Action<HarnessAgentBuilder>? configure = null)
    {
        (_turns, _configure) = (turns, configure);
        _folder.Put("a.txt", "one\n");
        Shell("git init -q -b main && git add -A && git -c user.name=a -c user.email=a@b commit -qm base");
    }

    public DoneGateOptions Options { get; init; } = new() { Verify = [Green] };

    public string Root => _folder.Root;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>A turn that says something, or calls <c>execute</c> with each command.</summary>
    public static JsonObject Says(string text, params string[] commands) => Calls(text, [.. commands.Select(command => ("execute", $$"""{"command":{{JsonValue.Create(command).ToJsonString()}}}"""))]);

    public static JsonObject Calls(string text, params (string Tool, string Arguments)[] calls) => new()
    {
        ["text"] = text,
        ["usage"] = new JsonObject { ["input"] = 1000, ["output"] = 50 },
        ["calls"] = new JsonArray([.. calls.Select(call => (JsonNode)new JsonObject { ["name"] = call.Tool, ["arguments"] = JsonNode.Parse(call.Arguments) })]),
    };

    /// <summary>Runs one message to its end.</summary>
    public async Task<AgentReply> RunAsync(System.Text.Json.JsonElement? schema = null)
    {
        await using var agent = NewAgent(_store);
        return await agent.RunAsync(new AgentMessage { Text = "go", ThreadKey = Key, User = "cli:u", AnswerSchema = schema }, Ct);
    }

    /// <summary>Runs one message; the process dies right behind its commit number <paramref name="commit"/>, and another goes on. Returns
    /// whether it came so far.</summary>
    public async Task<bool> RunWithDeathAsync(int commit)
    {
        var dying = new FaultyStore(_store) { DiesAfter = commit };
        await using var first = NewAgent(dying);
        try
        {
            await first.RunAsync(new AgentMessage { Text = "go", ThreadKey = Key, User = "cli:u" }, Ct);
        }
        catch (LeaseLostException)
        {
            // It is dead.
        }

        if (dying.Commits < commit)
            return false;
        var owner = (await _store.GetThreadAsync(ThreadId.FromKey(Key), Ct))!.Owner;
        if (owner is not null)
            await _store.EndLeasesAsync(owner, Ct);
        await using var second = NewAgent(_store);
        while (await RunLease.ClaimAsync(_store, new ClaimRequest { Owner = "second", Only = ThreadId.FromKey(Key) }, null, null, Ct) is { } lease)
        {
            await using (lease)
                await _store.ReleaseAsync(await second.RunAsync(lease, null, Ct), Ct);
        }

        return true;
    }

    public async Task<IReadOnlyList<JournalEvent>> JournalAsync() =>
        [.. (await _store.ReadJournalAsync(ThreadId.FromKey(Key), 0, 10_000, Ct)).Select(record => record.Event).OfType<JournalEvent>()];

    public async Task<IReadOnlyList<NoticeGiven>> MessagesAsync() => [.. (await JournalAsync()).OfType<NoticeGiven>().Where(notice => notice.Topic == "done")];

    public async Task<DoneJudged> JudgedAsync() => (await JournalAsync()).OfType<DoneJudged>().Last();

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    private HarnessAgent NewAgent(IThreadStore store)
    {
        var builder = HarnessAgent.CreateBuilder("test")
            .UseModel(new ScriptedChatClient(Spec, ModelScript.Parse(_turns.ToJsonString())), Spec.ToString())
            .UseStateStore(store)
            .UseFilesystem(new LocalFilesystemSpec { WorkingDirectory = Root })
            .UseDoneGate(Options);
        _configure?.Invoke(builder);
        return builder.Build();
    }

    private void Shell(string command)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("/bin/sh", ["-c", command]) { WorkingDirectory = Root })!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
