using System.Text.RegularExpressions;
using Drafthorse.Harness.Models;
using Drafthorse.Sample;

namespace Drafthorse.Tests.Samples;

public sealed partial class SampleTests
{
    [Fact]
    public async Task LocalAgent_Offline_UsesItsToolWritesTheFileAndPrintsEvents()
    {
        var directory = Directory.CreateTempSubdirectory("drafthorse-");
        var model = new ScriptedChatClient(new ModelSpec(ModelSpec.Script, "sample"), ModelScript.Parse(LocalAgent.Script));
        var output = new StringWriter();

        var ended = await LocalAgent.RunAsync(model, directory.FullName, output, TestContext.Current.CancellationToken);

        Assert.True(ended);
        Assert.Equal("On call for payments: Ada\n", await File.ReadAllTextAsync(Path.Combine(directory.FullName, "ONCALL.md"), TestContext.Current.CancellationToken));
        Assert.Contains("[run begins]", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("> look_up_oncall", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("[run ends: Done, 3 steps", output.ToString(), StringComparison.Ordinal);
        directory.Delete(recursive: true);
    }

    [Fact]
    public void Readme_Examples_AreTheCompiledOnes()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Drafthorse.slnx")))
        {
            root = root.Parent;
        }

        Assert.SkipWhen(root is null, "not run from a checkout");
        var compiled = CompiledExamples().Matches(File.ReadAllText(Path.Combine(root.FullName, "samples/Drafthorse.Sample/Example.cs"))).Select(match => Flush(match.Groups[1].Value));
        var written = ReadmeExamples().Matches(File.ReadAllText(Path.Combine(root.FullName, "README.md"))).Select(match => Flush(match.Groups[1].Value));

        Assert.Equal(compiled, written);
    }

    private static string Flush(string code)
    {
        var lines = code.Split('\n');
        var indent = lines.Where(line => line.Trim().Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Trim().Length == 0 ? "" : line[indent..].TrimEnd()));
    }

    [GeneratedRegex(@"// README \w+\n(.*?)\n\s*// README end", RegexOptions.Singleline)]
    private static partial Regex CompiledExamples();

    [GeneratedRegex(@"```csharp\n(.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex ReadmeExamples();
}
