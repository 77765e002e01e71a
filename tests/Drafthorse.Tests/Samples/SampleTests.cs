using System.Text.RegularExpressions;
using Drafthorse.Harness;
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
    public async Task TenLines_TwoTasks_AreAnsweredInOneThread()
    {
        var output = new StringWriter { NewLine = "\n" };

        await TenLines.RunAsync(TestedAgent.ModelThat("""{"text":"One."}""", """{"text":"Two."}"""), new StringReader("first\nsecond\n"), output);

        Assert.Equal("One.\nTwo.\n", output.ToString());
    }

    [Fact]
    public async Task ReadOnlyAgent_ModelWantsToWrite_HasNoToolForIt()
    {
        var directory = Directory.CreateTempSubdirectory("drafthorse-");
        await File.WriteAllTextAsync(Path.Combine(directory.FullName, "a.txt"), "here", TestContext.Current.CancellationToken);
        string[] steps = ["write_file", "edit_file", "apply_patch", "delete_file", "execute", "execute_kill"];
        var script = steps.Select(name => $$$"""{"calls":[{"name":"{{{name}}}","arguments":{"path":"a.txt","content":"x","command":"rm a.txt"}}]}""");
        await using var agent = ReadOnlyAgent.Create(TestedAgent.ModelThat([.. script, """{"calls":[{"name":"read_file","arguments":{"path":"a.txt"}}]}""", """{"text":"It says here."}"""]), directory.FullName);

        var reply = await agent.RunAsync(AgentMessage.Of("What is in a.txt?"), TestContext.Current.CancellationToken);

        Assert.Equal("It says here.", reply.EnsureDone().Text);
        Assert.Equal("here", await File.ReadAllTextAsync(Path.Combine(directory.FullName, "a.txt"), TestContext.Current.CancellationToken));
        directory.Delete(recursive: true);
    }

    [Fact]
    public async Task CountedSandboxes_AQuestion_StartsNone_AToolStartsOne()
    {
        var directory = Directory.CreateTempSubdirectory("drafthorse-");
        var counted = new CountedSandboxes(new LocalFilesystemSpec { WorkingDirectory = directory.FullName });
        var model = TestedAgent.ModelThat("""{"text":"Four."}""", """{"calls":[{"name":"list_files","arguments":{}}]}""", """{"text":"Nothing."}""");
        await using var agent = HarnessAgent.CreateBuilder("counted").UseModel(model).UseFilesystem(counted).Build();

        await agent.RunAsync(AgentMessage.Of("Two and two?") with { ThreadKey = "counted" }, TestContext.Current.CancellationToken);
        var asked = counted.Started;
        await agent.RunAsync(AgentMessage.Of("What is here?") with { ThreadKey = "counted" }, TestContext.Current.CancellationToken);

        Assert.Equal((0, 1), (asked, counted.Started));
        directory.Delete(recursive: true);
    }

    [Fact]
    public async Task TestedAgent_Runs_AndItsToolWasCalled()
    {
        var (reply, paged) = await TestedAgent.RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal(("I called payments.", "payments"), (reply.EnsureDone().Text, Assert.Single(paged)));
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
