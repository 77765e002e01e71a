using Drafthorse.IntegrationTests.Models;

namespace Drafthorse.IntegrationTests.Cli;

/// <summary><c>drafthorse run</c> with each provider's own wire format, against a stand-in by others that fails on the way.</summary>
public sealed class ProviderTests(AimockServer server) : IClassFixture<AimockServer>
{
    /// <summary>All at the same time, as they wait between their tries.</summary>
    [Fact]
    public async Task Run_ThroughRateLimitErrorOverloadAndCut_WritesTheFile()
    {
        if (server.Url is null)
            Assert.Skip(server.Why);
        await Task.WhenAll(AimockFixtures.Providers.Select(RunAsync));
    }

    private async Task RunAsync(string provider)
    {
        await using var world = new CliWorld();
        foreach (var name in new[] { "OPENAI", "DASHSCOPE", "ANTHROPIC" })
        {
            world.Environment[$"{name}_BASE_URL"] = server.Url + (name == "ANTHROPIC" ? "" : "/v1");
            world.Environment[$"{name}_API_KEY"] = "test-key";
        }

        // The stand-in looks for the task in the last message of a user.
        world.Environment["Drafthorse__Brief"] = "false";
        await using var run = await CliProcess.RunAsync(world, "run", "--json", "--model", provider, $"write a file with {provider}.");

        run.Expect(0);
        Assert.Equal("written\n", world.Read("made.txt"));
        var lines = run.Json;
        Assert.Equal("All is well.", lines[^1].GetProperty("text").GetString());
        Assert.Contains("text.restarted", lines.Select(line => line.GetProperty("type").GetString()));
        Assert.StartsWith(provider + ":", lines.Last(line => line.GetProperty("type").GetString() == "message").GetProperty("model").GetString(), StringComparison.Ordinal);
        Assert.Contains(lines, line => line.GetProperty("type").GetString() == "tool.finished" && line.GetProperty("tool").GetString() == "write_file");
    }
}
