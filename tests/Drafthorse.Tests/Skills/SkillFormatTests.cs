using Drafthorse.Harness.Skills;

namespace Drafthorse.Tests.Skills;

/// <summary>What a SKILL.md may say. The same folders are judged by the format's reference in the integration tests.</summary>
public sealed class SkillFormatTests
{
    [Fact]
    public void AllFields_AreRead()
    {
        var (skill, problems) = SkillFormat.Read("pdf-forms", "---\r\nname: pdf-forms\r\ndescription: >\r\n  Fills\r\n  forms.\r\nlicense: MIT\r\ncompatibility: Needs python\r\nallowed-tools: Bash(git:*) Read\r\nmetadata:\r\n  author: us\r\n  version: 1.0\r\n---\r\n# Body\r\n---\r\nmore");

        Assert.Empty(problems);
        Assert.Equal(("pdf-forms", "Fills forms.", "MIT", "Needs python", "Bash(git:*) Read"), (skill!.Name, skill.Description, skill.License, skill.Compatibility, skill.AllowedTools));
        Assert.Equal(("us", "1.0"), (skill.Metadata["author"], skill.Metadata["version"]));
        Assert.Equal("# Body\r\n---\r\nmore", skill.Body);
    }

    [Theory]
    [InlineData("a: &x [1]\nb: *x", 2, "anchors")]
    [InlineData("name: s\n\tdescription: d", 2, "not valid YAML")]
    [InlineData("name: s\nname: s\ndescription: d", 2, "not valid YAML")]
    [InlineData("- a\n- b", 2, "key: value")]
    [InlineData("name: s\ndescription: d\nextra: x", 4, "unexpected field extra")]
    [InlineData("name: !!binary s\ndescription: d\nlicense: {a: b}", 4, "license must be a text")]
    [InlineData("name: s\ndescription: ''", 3, "description is missing")]
    [InlineData("description: d", 1, "name is missing")]
    [InlineData("name: other\ndescription: d", 2, "must be that of its folder, s")]
    public void Faults_AreNamedWithTheirLine(string head, long line, string reason)
    {
        var (skill, problems) = SkillFormat.Read("s", $"---\n{head}\n---\nbody");

        Assert.Null(skill);
        Assert.Contains(reason, problems[0].Reason, StringComparison.Ordinal);
        Assert.InRange(problems[0].Line, line == 2 && reason == "not valid YAML" ? 2 : line, line + 1);
    }

    [Fact]
    public void Bomb_IsRefusedAtOnce()
    {
        var bomb = string.Concat(Enumerable.Range(1, 30).Select(level => $"a{level}: &a{level} [*a{level - 1}, *a{level - 1}]\n"));

        Assert.Contains("anchors", SkillFormat.Read("s", $"---\na0: &a0 x\n{bomb}---\n").Problems[0].Reason, StringComparison.Ordinal);
        Assert.Contains("KiB", SkillFormat.Read("s", new string('x', 300_000)).Problems[0].Reason, StringComparison.Ordinal);
        Assert.NotEmpty(SkillFormat.Read("s", $"---\nname: {string.Concat(Enumerable.Repeat("[", 5_000))}\n---\n").Problems);
    }
}
