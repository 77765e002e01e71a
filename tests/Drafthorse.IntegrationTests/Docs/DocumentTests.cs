using System.Diagnostics;
using Drafthorse.IntegrationTests.Crashes;
using Drafthorse.Tests.Docs;

namespace Drafthorse.IntegrationTests.Docs;

/// <summary>The shell commands of the documents: each is run and prints what stands below it, or its page says why not.</summary>
public sealed class DocumentTests(ITestOutputHelper output)
{
    private const int MostNotRun = 10;

    public static TheoryData<string> Pages => [.. All().Where(page => page.Page.Blocks.Any(block => block.NotRun is null)).Select(page => page.Name)];

    [Fact]
    public void Blocks_NotRun_AreFewAndSayWhy()
    {
        var blocks = All().SelectMany(page => page.Page.Blocks.Select(block => (page.Name, Block: block))).ToList();
        var left = blocks.Where(block => block.Block.NotRun is not null).ToList();

        output.WriteLine($"{blocks.Count - left.Count} blocks are run, {left.Count} are not:");
        foreach (var (name, block) in left)
            output.WriteLine($"{name}:{block.Line}: {block.NotRun}");
        Assert.InRange(left.Count, 0, MostNotRun);
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Blocks_Run_PrintWhatThePageSays(string name)
    {
        var page = DocumentPage.Parse(RepositoryFiles.Read(name));
        var folder = Directory.CreateTempSubdirectory("drafthorse-docs-");
        try
        {
            var work = folder.CreateSubdirectory("work").FullName;
            foreach (var (file, text) in page.Files)
                await File.WriteAllTextAsync(Path.Combine(work, file), text, TestContext.Current.CancellationToken);
            var program = Path.Combine(folder.CreateSubdirectory("bin").FullName, "drafthorse");
            await File.WriteAllTextAsync(program, $"#!/bin/sh\nexec '{ServeProcess.Shipped}' \"$@\"\n", TestContext.Current.CancellationToken);
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

            foreach (var block in page.Blocks.Where(block => block.NotRun is null))
            {
                var (code, printed) = await RunAsync(block.Script, work, folder.FullName);
                Assert.True(code == 0 && DocumentPage.Fits(block.Output ?? "", printed), $"{name}:{block.Line} ended with {code} and printed:\n{printed}\nThe page says:\n{block.Output}");
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("a ... c\n", "a b c\n", true)]
    [InlineData("...\nlast\n", "one\ntwo\nlast\n", true)]
    [InlineData("...\nlast\n", "last\n", true)]
    [InlineData("first\n", "first\nsecond\n", false)]
    [InlineData("a.c\n", "abc\n", false)]
    public void Fits_OnlyWhatIsSaid(string expected, string printed, bool fits) => Assert.Equal(fits, DocumentPage.Fits(expected, printed));

    private static async Task<(int Code, string Printed)> RunAsync(string script, string work, string root)
    {
        var start = new ProcessStartInfo("bash", ["-euo", "pipefail", "-c", $"exec 2>&1\n{script}"]) { WorkingDirectory = work, RedirectStandardOutput = true, RedirectStandardInput = true };
        start.Environment.Clear();
        start.Environment["PATH"] = $"{root}/bin:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["HOME"] = root;
        start.Environment["DRAFTHORSE_HOME"] = $"{root}/home";
        start.Environment["OLLAMA_BASE_URL"] = "http://127.0.0.1:9";
        start.Environment["COLUMNS"] = "160";
        if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is { } dotnet)
            start.Environment["DOTNET_ROOT"] = dotnet;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var printed = await process.StandardOutput.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, printed);
    }

    private static List<(string Name, DocumentPage Page)> All() =>
        [.. RepositoryFiles.Pages().Where(name => name.StartsWith("docs/", StringComparison.Ordinal)).Select(name => (name, DocumentPage.Parse(RepositoryFiles.Read(name))))];
}
