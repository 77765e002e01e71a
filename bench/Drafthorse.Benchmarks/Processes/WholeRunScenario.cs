using System.Diagnostics;
using System.Globalization;

namespace Drafthorse.Benchmarks.Processes;

/// <summary>
/// Whole processes side by side: a task of ten shell commands against a model that does not think. The contenders take turns,
/// so that a noisy machine is noisy for all of them; figures are medians.
/// </summary>
internal static class WholeRunScenario
{
    private const int ToolCalls = 10;
    private const int AtOnce = 8;

    public static async Task RunAsync(string drafthorse, bool withPeers, int rounds)
    {
        var home = Directory.CreateTempSubdirectory("drafthorse-bench-").FullName;
        try
        {
            List<Contender> contenders =
            [
                Contenders.Drafthorse(drafthorse, "openai", home),
                Contenders.Drafthorse(drafthorse, "openai-chat", home),
                Contenders.Drafthorse(drafthorse, "anthropic", home),
            ];
            if (withPeers)
                contenders.AddRange([Contenders.Codex(home), Contenders.Pi()]);

            await using var models = await ModelServer.StartAsync();
            var runs = contenders.ToDictionary(contender => contender, _ => new List<ContenderRun>());
            for (var round = 0; round <= rounds; round++)
            {
                foreach (var contender in contenders)
                {
                    var run = await ContenderRun.MeasureAsync(contender, models, Work(home, contender, 0), ToolCalls);
                    // The first round fills caches: the disk's, the agents' own, and this program's.
                    if (round > 0)
                        runs[contender].Add(run);
                }
            }

            var figures = new List<(Contender, Figures, Crowd)>();
            foreach (var (contender, measured) in runs)
                figures.Add((contender, Median(measured), await MeasureCrowdAsync(contender, models, home)));
            Print(figures);
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    private sealed record Figures(TimeSpan Start, TimeSpan Turn, TimeSpan Whole, long PeakMemory);

    private sealed record Crowd(TimeSpan Wall, long MemoryEach);

    private static async Task<Crowd> MeasureCrowdAsync(Contender contender, ModelServer models, string home)
    {
        var trees = new System.Collections.Concurrent.ConcurrentDictionary<ProcessTree, bool>();
        var most = 0L;
        var folders = Enumerable.Range(0, AtOnce).Select(number => Work(home, contender, number)).ToList();
        using var stop = new CancellationTokenSource();
        var watching = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50));
                most = Math.Max(most, trees.Keys.Sum(tree => tree.Proportional()));
            }
        });
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(folders.Select(folder => ContenderRun.MeasureAsync(contender, models, folder, ToolCalls, tree => trees.TryAdd(tree, true))));
        var wall = Stopwatch.GetElapsedTime(began);
        await stop.CancelAsync();
        await watching;
        return new Crowd(wall, most / AtOnce);
    }

    private static string Work(string home, Contender contender, int number)
    {
        var folder = Path.Combine(home, "work", $"{contender.Name}-{number}");
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder);
            using var git = Process.Start("git", ["init", "--quiet", folder]);
            git.WaitForExit();
        }

        return folder;
    }

    private static Figures Median(List<ContenderRun> runs) => new(
        Middle(runs, run => run.Start),
        Middle(runs, run => run.Turns.Aggregate(TimeSpan.Zero, (sum, turn) => sum + turn) / run.Turns.Count),
        Middle(runs, run => run.Whole),
        Middle(runs, run => run.PeakMemory));

    private static T Middle<T>(List<ContenderRun> runs, Func<ContenderRun, T> value) => runs.Select(value).Order().ElementAt(runs.Count / 2);

    private static void Print(List<(Contender Contender, Figures Run, Crowd Crowd)> figures)
    {
        var first = figures[0];
        Console.WriteLine($"| program | start to first model request | per turn | whole run | peak memory | {AtOnce} at once: wall, memory each |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (var (contender, run, crowd) in figures)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
                | {contender.Name} | {run.Start.TotalSeconds:0.000} s ({run.Start / first.Run.Start:0.0}x) | {run.Turn.TotalMilliseconds:0.0} ms ({run.Turn / first.Run.Turn:0.0}x) | {run.Whole.TotalSeconds:0.000} s ({run.Whole / first.Run.Whole:0.0}x) | {run.PeakMemory / 1e6:0} MB ({(double)run.PeakMemory / first.Run.PeakMemory:0.0}x) | {crowd.Wall.TotalSeconds:0.0} s ({crowd.Wall / first.Crowd.Wall:0.0}x), {crowd.MemoryEach / 1e6:0} MB ({(double)crowd.MemoryEach / first.Crowd.MemoryEach:0.0}x) |
                """));
        }
    }
}
