using FsCheck;
using FsCheck.Fluent;

namespace Drafthorse.Tests.Threads.Conformance;

/// <summary>Random interleavings of everything several owners and people can do, against a simple model.</summary>
public abstract class ModelConformance(Func<StoreHost> newHost, int runs)
{
    [Fact]
    public void Operations_InAnyOrder_BehaveAsTheModel()
    {
        var steps = Arb.From(Gen.Choose(0, int.MaxValue - 1).ArrayOf().Resize(120), Shrink);

        var property = Prop.ForAll(steps, run => Task.Run(() => RunAsync(run), TestContext.Current.CancellationToken).GetAwaiter().GetResult());

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(runs), property);
    }

    [Fact]
    public Task ParkedThread_WhoseNewMessageIsWithdrawn_BehavesAsTheModel() =>
        RunAsync([1494997441, 1069510408, 2006702753, 336425942, 242945814, 2054124045, 1100626894, 1855894745, 1077824167]);

    private static IEnumerable<int[]> Shrink(int[] steps)
    {
        for (var size = steps.Length / 2; size > 0; size /= 2)
        {
            for (var start = 0; start + size <= steps.Length; start += size)
            {
                yield return [.. steps[..start], .. steps[(start + size)..]];
            }
        }
    }

    private async Task RunAsync(int[] steps)
    {
        using var host = newHost();
        await using var session = new ModelSession(host);
        foreach (var step in steps)
        {
            await session.StepAsync(step);
        }

        await session.FinishAsync();
    }
}
