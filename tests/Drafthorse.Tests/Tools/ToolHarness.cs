using System.Text.Json;
using Drafthorse.Harness;
using Drafthorse.Sandbox;
using Drafthorse.Sandbox.Daemon;
using Drafthorse.Sandbox.Exec.Processes;
using Drafthorse.Tests.Sandbox.Files;
using Microsoft.Extensions.AI;

namespace Drafthorse.Tests.Tools;

/// <summary>The core tools on a sandbox in process, called as a model calls them: a name and JSON.</summary>
internal sealed class ToolHarness : IAsyncDisposable
{
    private readonly SandboxDaemon _daemon;
    private readonly ToolSet _tools = new(CoreTools.All);
    private int _calls;

    private ToolHarness(TemporaryFolder folder, SandboxDaemon daemon, SandboxClient client)
    {
        Folder = folder;
        _daemon = daemon;
        Client = client;
    }

    public TemporaryFolder Folder { get; }

    public SandboxClient Client { get; }

    public string? WorkingDirectory { get; set; }

    public HeadRoomOptions HeadRoom { get; set; } = new();

    public static async Task<ToolHarness> StartAsync()
    {
        var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.In("memory.events"), "oom_kill 0\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(folder.In("pids.events"), "max 0\n", TestContext.Current.CancellationToken);
        var daemon = new SandboxDaemon(new SandboxDaemonOptions
        {
            WorkingDirectory = folder.Root,
            FileRoots = [folder.Root],
            SpillDirectory = folder.In("spill"),
            Environment = new Dictionary<string, string> { ["PATH"] = "/usr/local/bin:/usr/bin:/bin" },
            Counters = GroupCounters.OfFiles([folder.In("memory.events")], [folder.In("pids.events")]),
            MemoryLimit = 12L << 30,
            ProcessLimit = 3072,
        });
        return new ToolHarness(folder, daemon, await SandboxClient.AttachAsync(daemon.Connect(), new AttachRequest { Token = 1 }, null, TestContext.Current.CancellationToken));
    }

    public async Task<ToolOutput> CallAsync(string tool, string json, string? callId = null, Action<string>? onOutput = null)
    {
        var values = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json)!;
        return await CallAsync(tool, new AIFunctionArguments(values.ToDictionary(pair => pair.Key, pair => (object?)pair.Value)), callId, onOutput);
    }

    public async Task<ToolOutput> CallAsync(string tool, AIFunctionArguments arguments, string? callId = null, Action<string>? onOutput = null)
    {
        arguments.Context = new Dictionary<object, object?>
        {
            [typeof(ToolContext)] = new ToolContext
            {
                CallId = callId ?? $"1-1-{++_calls}",
                GetSandboxAsync = _ => Task.FromResult(Client),
                WorkingDirectory = WorkingDirectory,
                HeadRoom = HeadRoom,
                OnOutput = onOutput,
            },
        };
        return Assert.IsType<ToolOutput>(await _tools.Find(tool)!.InvokeAsync(arguments, TestContext.Current.CancellationToken));
    }

    public async Task<string> TextAsync(string tool, string json, string? callId = null)
    {
        var output = await CallAsync(tool, json, callId);
        Assert.False(output.IsError, output.Content[0].Text);
        return Assert.Single(output.Content).Text!;
    }

    public async Task<string> ErrorAsync(string tool, string json)
    {
        var output = await CallAsync(tool, json);
        Assert.True(output.IsError, output.Content[0].Text);
        return Assert.Single(output.Content).Text!;
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await _daemon.DisposeAsync();
        Folder.Dispose();
    }
}
