using Drafthorse.Sandbox.Exec;
using Drafthorse.Sandbox.Exec.Running;

namespace Drafthorse.Tests.Sandbox.Exec;

public sealed class CommandLoopTests
{
    private const int Each = 50_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>A loop that once misses that it was woken sleeps for ever, and with it every command after.</summary>
    [Fact]
    public async Task Post_FromSeveralThreadsManyTimes_DoesEachAtOnce()
    {
        var loop = new CommandLoop(
            ownsProcess: false, ".none", new Shortages(new CommandSettings { WorkingDirectory = "/", SpillDirectory = "/tmp", Environment = new Dictionary<string, string>(), OwnsProcess = false }));

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => PostManyAsync(loop))));

        // Only here: a loop that sleeps for ever cannot be stopped either.
        loop.Dispose();
    }

    private static async Task PostManyAsync(CommandLoop loop)
    {
        for (var i = 0; i < Each; i++)
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            loop.Post(done.SetResult);
            await done.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        }
    }
}
