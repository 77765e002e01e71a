using System.Diagnostics;
using System.Xml.Linq;

namespace Drafthorse.IntegrationTests.Packages;

/// <summary>Whoever builds on the libraries has the packages and nothing else.</summary>
public sealed class PackageTests(PackageFeed feed) : IClassFixture<PackageFeed>
{
    private static readonly string[] Libraries = ["Drafthorse.Channels", "Drafthorse.Harness", "Drafthorse.Harness.Docker", "Drafthorse.Harness.Postgres", "Drafthorse.Harness.Redis", "Drafthorse.Harness.Sqlite", "Drafthorse.Sandbox"];

    [Fact]
    public void Pack_Solution_MakesAPackageWithSymbolsOfEachLibraryAndOfNothingElse()
    {
        var made = Directory.EnumerateFiles(feed.Feed).Select(file => Path.GetFileName(file)!).Select(name => (Id: name[..name.IndexOf(".0.0.1-", StringComparison.Ordinal)], Ending: Path.GetExtension(name)));

        Assert.Equal(Libraries.SelectMany(library => new[] { (library, ".nupkg"), (library, ".snupkg") }), made.Order());
    }

    [Theory]
    [InlineData("Drafthorse.Channels")]
    [InlineData("Drafthorse.Harness")]
    [InlineData("Drafthorse.Harness.Docker")]
    [InlineData("Drafthorse.Harness.Postgres")]
    [InlineData("Drafthorse.Harness.Redis")]
    [InlineData("Drafthorse.Harness.Sqlite")]
    [InlineData("Drafthorse.Sandbox")]
    public void Package_OfALibrary_SaysWhatItIsAndHoldsItsDocumentation(string library)
    {
        using var package = feed.Open(library);
        using var stream = package.GetEntry($"{library}.nuspec")!.Open();
        var metadata = XDocument.Load(stream).Root!.Elements().Single();
        string? Value(string name) => metadata.Elements().SingleOrDefault(element => element.Name.LocalName == name)?.Value;

        Assert.Equal("Apache-2.0", Value("license"));
        Assert.NotEqual("Package Description", Value("description"));
        Assert.NotNull(package.GetEntry(Value("readme")!));
        Assert.NotNull(package.GetEntry(Value("icon")!));
        Assert.StartsWith("https://", metadata.Elements().Single(element => element.Name.LocalName == "repository").Attribute("url")!.Value, StringComparison.Ordinal);
        Assert.NotNull(package.GetEntry($"lib/net10.0/{library}.dll"));
        Assert.NotNull(package.GetEntry($"lib/net10.0/{library}.xml"));
    }

    [Fact]
    public async Task Package_InAnEmptyFolder_BuildsTheSample()
    {
        var sample = Path.Combine(feed.Checkout, "samples/Drafthorse.Sample");
        var sources = Directory.EnumerateFiles(sample, "*.cs").ToDictionary(file => Path.GetFileName(file)!, File.ReadAllText);

        var program = await feed.BuildAsync("Sample", ["Drafthorse.Harness", "Drafthorse.Harness.Docker", "Drafthorse.Harness.Sqlite"], sources);
        var output = await RunAsync(program);

        Assert.Contains("ONCALL.md names Ada", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Package_InAnEmptyFolder_WorksInBubblewrapWithoutBuildingAnything()
    {
        const string Program = """
            using Drafthorse.Harness;
            using Drafthorse.Harness.Models;
            using Drafthorse.Harness.Threads;

            var script = ModelScript.Parse("{\"calls\":[{\"name\":\"execute\",\"arguments\":{\"command\":\"id -u; ls /opt/drafthorse; ls /root\"}}]}\n{\"text\":\"Seen.\"}");
            await using var agent = HarnessAgent.CreateBuilder("isolated")
                .UseModel(new ScriptedChatClient(new ModelSpec(ModelSpec.Script, "isolated"), script))
                .UseFilesystem(new BubblewrapFilesystemSpec())
                .Build();
            await foreach (var happened in agent.StreamAsync(AgentMessage.Of("Look around")))
            {
                if (happened is JournalAppended { Event: ToolFinished finished })
                    Console.WriteLine(string.Concat(finished.Content.Select(block => block.Text)));
            }
            """;

        var output = await RunAsync(await feed.BuildAsync("Isolated", ["Drafthorse.Harness"], new Dictionary<string, string> { ["Program.cs"] = Program }));

        Assert.Contains("1000", output, StringComparison.Ordinal);
        Assert.Contains("sandboxd", output, StringComparison.Ordinal);
        Assert.DoesNotContain("sandboxd.dll", output, StringComparison.Ordinal);
        Assert.Contains("/root", output, StringComparison.Ordinal);
    }

    private static async Task<string> RunAsync(string program)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in start.Environment.Keys.Where(name => name.EndsWith("_API_KEY", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, output + await errors);
        return output;
    }
}
