using BenchmarkDotNet.Running;
using Drafthorse.Benchmarks.Threads;

// "store [DIRECTORY]" measures the thread store on the disk of that directory; all else goes to BenchmarkDotNet.
if (args is ["store", .. var rest])
{
    await StoreScenario.RunAsync(rest is [var directory] ? directory : Path.GetTempPath());
    return;
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
