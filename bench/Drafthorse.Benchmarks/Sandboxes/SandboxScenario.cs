using System.Diagnostics;
using System.Globalization;
using Drafthorse.Harness.Docker;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Sandboxes.Bubblewrap;
using Drafthorse.Harness.Sandboxes.Local;
using Drafthorse.Harness.Threads;
using Drafthorse.Sandbox.Exec;

namespace Drafthorse.Benchmarks.Sandboxes;

/// <summary>What each kind of sandbox costs: from nothing to the first command's result, then one ping, then one shell command.</summary>
internal static class SandboxScenario
{
    private const int Starts = 5;
    private const int WarmUps = 50;
    private const int Calls = 500;
    private static readonly CancellationToken None = CancellationToken.None;

    public static async Task RunAsync(string image)
    {
        var state = Directory.CreateTempSubdirectory("dh-bench-").FullName;
        try
        {
            Console.WriteLine("| sandbox | start to first result | ping | shell command, median | p99 |");
            Console.WriteLine("|---|---|---|---|---|");
            await MeasureAsync("local, in process", new LocalBackend(new LocalOptions { WorkingDirectory = state, SpillDirectory = Path.Combine(state, "spill") }));
            await MeasureAsync("bubblewrap, native sandboxd", NewBubblewrap(state, SandboxdPrograms.FindNative()));
            await MeasureAsync("bubblewrap, managed sandboxd", NewBubblewrap(state, SandboxdPrograms.FindManaged()));
            await MeasureAsync("docker, native sandboxd", new DockerBackend(new DockerSandboxOptions { Image = image, Deployment = "bench" }));
        }
        finally
        {
            Directory.Delete(state, recursive: true);
        }
    }

    private static BubblewrapBackend NewBubblewrap(string state, string? sandboxd) =>
        new(new BubblewrapOptions { StateDirectory = Path.Combine(state, "bwrap"), SandboxdPath = sandboxd });

    private static async Task MeasureAsync(string name, ISandboxBackend backend)
    {
        await using var owned = backend;
        var availability = await backend.CheckAsync(None);
        if (!availability.Ready)
        {
            Console.WriteLine($"| {name} | not measured: {availability.Detail} | | | |");
            return;
        }

        var pool = new SandboxPool(backend);
        var starts = new List<TimeSpan>();
        for (var i = 0; i < Starts; i++)
            starts.Add(await StartAsync(pool));

        await using var session = await AcquireAsync(pool);
        var client = await session.GetClientAsync(None);
        var pings = await RepeatAsync(_ => client.PingAsync(None));
        var commands = await RepeatAsync(number => client.Commands.ExecAsync(Shell($"bench-{number}"), null, None));
        await session.DisposeAsync();
        await backend.RemoveAsync(session.Sandbox, None);
        Console.WriteLine($"| {name} | {At(starts, 0.5)} | {At(pings, 0.5)} | {At(commands, 0.5)} | {At(commands, 0.99)} |");
    }

    private static async Task<TimeSpan> StartAsync(SandboxPool pool)
    {
        var began = Stopwatch.GetTimestamp();
        await using var session = await AcquireAsync(pool);
        var client = await session.GetClientAsync(None);
        await client.Commands.ExecAsync(Shell("first"), null, None);
        var took = Stopwatch.GetElapsedTime(began);
        await session.DisposeAsync();
        await pool.Backend.RemoveAsync(session.Sandbox, None);
        return took;
    }

    private static Task<SandboxSession> AcquireAsync(SandboxPool pool) =>
        pool.AcquireAsync(new SandboxRequest { ThreadId = ThreadId.FromKey($"bench:{Guid.NewGuid()}"), Token = 1 }, None);

    private static ExecRequest Shell(string id) => new() { CallId = id, Command = "echo $((6*7))", Shell = CommandShell.BashElseSh };

    private static async Task<List<TimeSpan>> RepeatAsync(Func<int, Task> call)
    {
        for (var i = 0; i < WarmUps; i++)
            await call(-1 - i);
        var times = new List<TimeSpan>();
        for (var i = 0; i < Calls; i++)
        {
            var began = Stopwatch.GetTimestamp();
            await call(i);
            times.Add(Stopwatch.GetElapsedTime(began));
        }

        return times;
    }

    private static string At(List<TimeSpan> times, double part) =>
        string.Create(CultureInfo.InvariantCulture, $"{times.Order().ElementAt((int)((times.Count - 1) * part)).TotalMilliseconds:0.00} ms");
}
