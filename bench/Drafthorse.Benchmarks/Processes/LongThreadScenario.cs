using System.Globalization;

namespace Drafthorse.Benchmarks.Processes;

/// <summary>One run of more than 500 steps: what a turn costs late in a thread, when its request has grown.</summary>
internal static class LongThreadScenario
{
    private const int ToolCalls = 560;
    private const int Around = 50;

    public static async Task RunAsync(string drafthorse, int rounds)
    {
        var home = Directory.CreateTempSubdirectory("drafthorse-bench-").FullName;
        try
        {
            await using var models = await ModelServer.StartAsync();
            Console.WriteLine("| interface | turns 10 to 59, median | turns 500 to 549, median | ratio | peak memory |");
            Console.WriteLine("|---|---|---|---|---|");
            foreach (var provider in new[] { "openai", "openai-chat", "anthropic" })
            {
                var contender = Contenders.Drafthorse(drafthorse, provider, home, "--max-steps", "1000");
                var runs = new List<ContenderRun>();
                for (var round = 0; round < rounds; round++)
                    runs.Add(await ContenderRun.MeasureAsync(contender, models, home, ToolCalls));
                var early = Median(runs, 10);
                var late = Median(runs, 500);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {provider} | {early:0.00} ms | {late:0.00} ms | {late / early:0.00} | {runs.Max(run => run.PeakMemory) / 1e6:0} MB |"));
            }
        }
        finally
        {
            Directory.Delete(home, recursive: true);
            Directory.Delete($"{home}.settings", recursive: true);
        }
    }

    private static double Median(List<ContenderRun> runs, int first)
    {
        var turns = runs.SelectMany(run => run.Turns.Skip(first).Take(Around)).Order().ToList();
        return turns[turns.Count / 2].TotalMilliseconds;
    }
}
