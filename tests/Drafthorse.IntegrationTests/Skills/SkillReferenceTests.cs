using System.Diagnostics;
using Drafthorse.Harness;
using Drafthorse.Harness.Workspace.Files;
using Drafthorse.Harness.WorkspaceChecks;
using Drafthorse.IntegrationTests.Sandboxes;

namespace Drafthorse.IntegrationTests.Skills;

/// <summary>Our verdict on skills beside that of the format's reference. Where they differ, the difference is named here.</summary>
public sealed class SkillReferenceTests
{
    private const string Judge = "const{validate}=await import(process.argv[1]);const fs=await import('node:fs');const root=process.argv[2];for(const name of fs.readdirSync(root))console.log(name+'\\t'+((await validate(root+'/'+name)).length===0));";

    /// <summary>Refused by us alone: what is enormous or is read as something else than it looks.</summary>
    private static readonly HashSet<string> Stricter = ["anchors", "huge", "binary", "list-license", "map-tools", "first-line-text", "linked"];

    /// <summary>Taken by us alone: a byte order mark before the head, and hyphens within a value, at which the reference cuts the head off.</summary>
    private static readonly HashSet<string> Laxer = ["byte-order-mark", "hyphens-in-value"];

    [Fact]
    public async Task SixtyFolders_AreJudgedAsByTheReference()
    {
        var tools = await RunAsync(Path.Combine(DockerEngineFixture.Checkout, "tests", "tools", "skills-ref.sh"));
        Assert.SkipWhen(tools.Length != 2, "skills-ref could not be installed (it needs npm)");
        var folder = Directory.CreateTempSubdirectory("dhs-");
        try
        {
            var skills = Directory.CreateDirectory(Path.Combine(folder.FullName, "skills")).FullName;
            var cases = Cases().ToList();
            foreach (var (name, text) in cases)
            {
                Directory.CreateDirectory(Path.Combine(skills, name));
                if (name == "linked")
                    File.CreateSymbolicLink(Path.Combine(skills, name, "SKILL.md"), Path.Combine(skills, "plain", "SKILL.md"));
                else if (text is not null)
                    await File.WriteAllTextAsync(Path.Combine(skills, name, name == "lower-file" ? "skill.md" : "SKILL.md"), text, TestContext.Current.CancellationToken);
                else
                    await File.WriteAllTextAsync(Path.Combine(skills, name, "README.md"), "no skill", TestContext.Current.CancellationToken);
            }

            var theirs = (await RunAsync(tools[0], "--input-type=module", "-e", Judge, tools[1], skills)).Select(line => line.Split('\t')).ToDictionary(parts => parts[0], parts => parts[1] == "true");
            var findings = await new WorkspaceCheck(new DirectoryFiles(folder.FullName, TimeProvider.System), new WorkspaceOptions()).RunAsync(TestContext.Current.CancellationToken);
            var bad = findings.Where(finding => finding.IsFault).Select(finding => finding.Path.Split('/')[1]).ToHashSet();

            Assert.True(cases.Count >= 60, $"{cases.Count}");
            Assert.Equal(cases.Count, theirs.Count);
            var different = cases.Select(each => each.Name).Where(name => theirs[name] == bad.Contains(name) && !Stricter.Contains(name) && !Laxer.Contains(name)).ToList();
            Assert.True(different.Count == 0, $"Judged differently: {string.Join(", ", different.Select(name => $"{name} (theirs {theirs[name]})"))}");
            Assert.All(Stricter, name => Assert.Contains(name, bad));
            Assert.All(Laxer, name => Assert.DoesNotContain(name, bad));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static IEnumerable<(string Name, string? Text)> Cases()
    {
        static string Skill(string name, string rest = "description: d", string body = "body") => $"---\nname: {name}\n{rest}\n---\n{body}\n";
        yield return ("plain", Skill("plain"));
        yield return ("empty-folder", null);
        yield return ("lower-file", Skill("lower-file"));
        yield return ("linked", "");
        yield return ("empty-file", "");
        yield return ("no-head", "# Title\n");
        yield return ("open-head", "---\nname: open-head\ndescription: d\n");
        yield return ("no-name", "---\ndescription: d\n---\n");
        yield return ("no-description", "---\nname: no-description\n---\n");
        yield return ("empty-description", Skill("empty-description", "description: ''"));
        yield return ("blank-description", Skill("blank-description", "description: '   '"));
        yield return ("no-body", Skill("no-body", body: ""));
        yield return ("other-name", Skill("another"));
        yield return ("Upper", Skill("Upper"));
        yield return ("upper-inside", Skill("upper-Inside"));
        yield return ("-first", Skill("-first"));
        yield return ("last-", Skill("last-"));
        yield return ("two--hyphens", Skill("two--hyphens"));
        yield return ("under_score", Skill("under_score"));
        yield return ("with.dot", Skill("with.dot"));
        yield return ("with space", Skill("with space"));
        yield return ("digits-123", Skill("digits-123"));
        yield return ("123", Skill("123"));
        yield return ("a", Skill("a"));
        yield return ("навык", Skill("навык"));
        yield return ("技能", Skill("技能"));
        yield return ("größe", Skill("größe"));
        foreach (var length in (int[])[63, 64, 65, 100])
            yield return (new string('n', length), Skill(new string('n', length)));
        foreach (var length in (int[])[1, 1023, 1024, 1025, 5000])
            yield return ($"description-{length}", Skill($"description-{length}", $"description: {new string('d', length)}"));
        foreach (var length in (int[])[1, 500, 501])
            yield return ($"compatibility-{length}", Skill($"compatibility-{length}", $"description: d\ncompatibility: {new string('c', length)}"));
        yield return ("extra-field", Skill("extra-field", "description: d\nversion: 1"));
        yield return ("two-extra", Skill("two-extra", "description: d\nauthor: me\ntags: x"));
        yield return ("wrong-case-field", Skill("wrong-case-field", "Description: d"));
        yield return ("double-name", Skill("double-name", "name: double-name\ndescription: d"));
        yield return ("double-description", Skill("double-description", "description: d\ndescription: e"));
        yield return ("all-fields", Skill("all-fields", "description: d\nlicense: MIT\ncompatibility: git\nallowed-tools: Bash(git:*) Read\nmetadata:\n  author: us\n  version: '1.0'"));
        yield return ("metadata-empty", Skill("metadata-empty", "description: d\nmetadata: {}"));
        yield return ("metadata-numbers", Skill("metadata-numbers", "description: d\nmetadata:\n  count: 3\n  on: true"));
        yield return ("folded", Skill("folded", "description: >\n  two\n  lines"));
        yield return ("literal", Skill("literal", "description: |\n  two\n  lines"));
        yield return ("quoted", Skill("quoted", "description: \"colon: inside\""));
        yield return ("colon-inside", Skill("colon-inside", "description: use when: asked"));
        yield return ("tab-indent", Skill("tab-indent", "description: d\nmetadata:\n\ta: b"));
        yield return ("bad-indent", Skill("bad-indent", "description: d\n   license: MIT"));
        yield return ("unclosed-quote", Skill("unclosed-quote", "description: \"d"));
        yield return ("unclosed-list", Skill("unclosed-list", "description: [d"));
        yield return ("list-head", "---\n- name\n- description\n---\n");
        yield return ("text-head", "---\njust words\n---\n");
        yield return ("empty-head", "---\n---\n");
        yield return ("comment", Skill("comment", "# a comment\ndescription: d # another"));
        yield return ("number-name", Skill("42x", "description: d"));
        yield return ("windows-lines", "---\r\nname: windows-lines\r\ndescription: d\r\n---\r\nbody\r\n");
        yield return ("rule-in-body", Skill("rule-in-body", body: "a\n\n---\n\nb"));
        yield return ("anchors", Skill("anchors", "description: &a d\nlicense: *a"));
        yield return ("huge", Skill("huge", body: new string('b', 300_000)));
        yield return ("binary", Skill("binary", body: "a\0b"));
        yield return ("list-license", Skill("list-license", "description: d\nlicense: [MIT]"));
        yield return ("map-tools", Skill("map-tools", "description: d\nallowed-tools: {a: b}"));
        yield return ("first-line-text", "---name: first-line-text\ndescription: d\n---\n");
        yield return ("byte-order-mark", $"\uFEFF{Skill("byte-order-mark")}");
        yield return ("hyphens-in-value", Skill("hyphens-in-value", "license: \"a --- b\"\ndescription: d"));
    }

    private static async Task<string[]> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode == 0 ? output.Split('\n', StringSplitOptions.RemoveEmptyEntries) : [];
    }
}
