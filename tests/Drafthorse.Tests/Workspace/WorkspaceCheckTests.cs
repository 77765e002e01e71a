using Drafthorse.Harness;
using Drafthorse.Harness.WorkspaceChecks;
using Drafthorse.Harness.Workspace.Files;
using Drafthorse.Tests.Sandbox.Files;

namespace Drafthorse.Tests.Workspace;

/// <summary>A check names the file, the line and the reason; of a good workspace it says nothing.</summary>
public sealed class WorkspaceCheckTests
{
    private const string Good = "---\nname: deploy\ndescription: Deploys.\n---\nDo it.";

    [Fact]
    public async Task Sample_IsGood()
    {
        Assert.Empty(await CheckAsync(SampleWorkspace.Path));
    }

    [Theory]
    [InlineData("AGENTS.md", "fine\nhid\u202Eden\n", "AGENTS.md:2: there are characters here that nobody sees: hid<U+202E>den")]
    [InlineData("tools.json", "{\n  \"a\": 1,\n  b\n}", "tools.json:3: this is not valid JSON: ")]
    [InlineData("hooks.json", "7", "hooks.json:1: it must hold an object or a list")]
    [InlineData("skills/deploy/SKILL.md", "---\nname: deploy\n---\n", "skills/deploy/SKILL.md:1: description is missing")]
    [InlineData("skills/deploy/SKILL.md", "---\nname: deploy\ndescription: d\nlicense: [a]\n---\n", "skills/deploy/SKILL.md:4: license must be a text")]
    [InlineData("skills/deploy/SKILL.md", "---\nname: Deploy\ndescription: d\n---\n", "skills/deploy/SKILL.md:2: name Deploy must be in lower case")]
    [InlineData("skills/deploy/SKILL.md", "---\nname: deploy\ndescription: &a d\nlicense: *a\n---\n", "skills/deploy/SKILL.md:3: anchors (&) and aliases (*) are not allowed")]
    [InlineData("skills/deploy/SKILL.md", "---\nname: deploy\nname: deploy\ndescription: d\n---\n", "skills/deploy/SKILL.md:")]
    [InlineData("skills/deploy/run.sh", "ls", "skills/deploy: the skill has no SKILL.md")]
    [InlineData("skills/loose.md", "text", "skills/loose.md: a skill is a folder with a SKILL.md")]
    [InlineData("skill/deploy/SKILL.md", Good, "skill: nothing reads it here")]
    [InlineData("knowledge/KNOWLEDGE.md", "# Index\n* [deploying](deploy.md)\n", "knowledge/KNOWLEDGE.md:2: it names deploy.md, which is not there")]
    [InlineData("knowledge/deploy.md", "text", "knowledge: there is no KNOWLEDGE.md")]
    [InlineData("AGENTS.md", "nul \0 in it", "AGENTS.md: it is no text")]
    public async Task Fault_IsNamedWithItsLine(string path, string content, string expected)
    {
        using var folder = new TemporaryFolder();
        folder.Put(path, content);

        var finding = (await CheckAsync(folder.Root))[0];

        Assert.StartsWith(expected, finding, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BytesLinksLengthsAndDoubleNames_AreNamed()
    {
        using var folder = new TemporaryFolder();
        folder.Put("AGENTS.md", string.Concat(Enumerable.Repeat("a rule\n", 3_000)));
        File.WriteAllBytes(folder.Inside("MEMORY.md"), [(byte)'a', (byte)'\n', 0xFF, (byte)'\n']);
        folder.Put("knowledge/KNOWLEDGE.md", "x");
        folder.Put("knowledge/knowledge.md", "x");
        folder.Link("plans", "/etc");

        Assert.Equal(
            [
                "AGENTS.md: it has 20999 characters, and threads begin with the first 12000 only: move what is not for every task to knowledge/ or a skill",
                "MEMORY.md:2: a byte here is not UTF-8",
                "knowledge/knowledge.md: its name differs from knowledge/KNOWLEDGE.md only by case or form: some disks take them for one",
                "plans: it is a link, and none is followed",
            ],
            await CheckAsync(folder.Root));
    }

    private static async Task<IReadOnlyList<string>> CheckAsync(string folder) =>
        [.. (await new WorkspaceCheck(new DirectoryFiles(folder, TimeProvider.System), new WorkspaceOptions()).RunAsync(TestContext.Current.CancellationToken)).Select(finding => $"{finding}")];
}
