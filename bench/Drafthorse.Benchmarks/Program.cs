using System.Globalization;
using BenchmarkDotNet.Running;
using Drafthorse.Benchmarks.Processes;
using Drafthorse.Benchmarks.Sandboxes;
using Drafthorse.Benchmarks.Threads;

// See bench/README.md. All that is not a scenario's name goes to BenchmarkDotNet.
switch (args)
{
    case ["store", .. var rest]:
        await StoreScenario.RunAsync(rest is [var directory] ? directory : Path.GetTempPath());
        break;
    case ["peers"]:
        Contenders.InstallPeers();
        break;
    case ["processes", var drafthorse, .. var rest]:
        await WholeRunScenario.RunAsync(
            Path.GetFullPath(drafthorse),
            withPeers: rest.Contains("--peers"),
            rounds: rest.FirstOrDefault(word => int.TryParse(word, out _)) is { } rounds ? int.Parse(rounds, CultureInfo.InvariantCulture) : 5);
        break;
    case ["thread", var drafthorse]:
        await LongThreadScenario.RunAsync(Path.GetFullPath(drafthorse), rounds: 3);
        break;
    case ["sandboxes", .. var rest]:
        await SandboxScenario.RunAsync(rest is [var image] ? image : "drafthorse/sandbox:test");
        break;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        break;
}
