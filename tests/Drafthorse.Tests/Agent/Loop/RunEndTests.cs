using System.Globalization;
using Drafthorse.Harness;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Tests.Agent.Loop;

/// <summary>What a run leaves behind when it has ended.</summary>
public sealed class RunEndTests
{
    [Fact]
    public async Task BackgroundCommand_ThatTheModelForgot_EndsWithTheRun()
    {
        var mark = Random.Shared.Next(100_000_000, 999_999_999).ToString(CultureInfo.InvariantCulture);
        var model = new FakeModel().Calls(("execute", $$"""{"command":"trap '' TERM; sleep {{mark}}; true","background":true}""")).Says("done");
        var started = false;
        await using var agent = HarnessAgent.CreateBuilder("a").UseModel(model)
            .UseWatcher(seen => started |= seen is JournalAppended { Event: ToolFinished } && IsRunning(mark)).Build();

        var reply = await agent.RunAsync(AgentMessage.Of("go"), TestContext.Current.CancellationToken);

        Assert.Equal(ThreadStatus.Done, reply.Status);
        Assert.True(started);
        Assert.False(IsRunning(mark));
    }

    private static bool IsRunning(string mark) =>
        Directory.EnumerateDirectories("/proc").Any(entry => ReadCommand(entry).Contains(mark, StringComparison.Ordinal));

    private static string ReadCommand(string entry)
    {
        try
        {
            return File.ReadAllText(Path.Combine(entry, "cmdline"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
