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
        var folder = Directory.CreateTempSubdirectory("drafthorse-");
        var model = new FakeModel()
            .Calls(("execute", $$"""{"command":"trap '' TERM; touch ready; sleep {{mark}}; true","background":true}"""))
            .Calls(("execute", """{"command":"until [ -e ready ]; do sleep 0.01; done"}"""))
            .Says("done");
        await using var agent = HarnessAgent.CreateBuilder("a").UseModel(model).UseFilesystem(new LocalFilesystemSpec { WorkingDirectory = folder.FullName }).Build();

        var reply = await agent.RunAsync(AgentMessage.Of("go"), TestContext.Current.CancellationToken);

        Assert.Equal(ThreadStatus.Done, reply.Status);
        Assert.True(File.Exists(Path.Combine(folder.FullName, "ready")));
        Assert.False(IsRunning(mark));
        folder.Delete(recursive: true);
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
