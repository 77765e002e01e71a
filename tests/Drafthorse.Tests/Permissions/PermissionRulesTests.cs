using Drafthorse.Harness;
using Drafthorse.Harness.Drafts.Settings;
using Drafthorse.Harness.Permissions;

namespace Drafthorse.Tests.Permissions;

public sealed class PermissionRulesTests
{
    private static readonly PermissionRules Rules = PermissionReader.Of(
        "x", ["delete_file", "edit(secrets/**)", "edit(*.pem)", "http_request(method=DELETE)"], ["edit(src/core/**)", "fetch_url(https://internal.*)"], ["write_file(docs/**)"], "ask");

    [Theory]
    [InlineData("delete_file", "path", "a", "deny")]
    [InlineData("write_file", "path", "secrets/a/b", "deny")]
    [InlineData("write_file", "path", "./docs/../secrets/a", "deny")]
    [InlineData("write_file", "path", "/src/o/r/secrets/a", "deny")]
    [InlineData("edit_file", "file_path", "SECRETS/a", "deny")]
    [InlineData("edit_file", "path", "deep/down/key.pem", "deny")]
    [InlineData("edit_file", "path", "src/core/a.cs", "ask")]
    [InlineData("write_file", "path", "docs/a.md", "allow")]
    [InlineData("write_file", "path", "docs/../a.md", "ask")]
    [InlineData("write_file", "other", "docs/a.md", "ask")]
    [InlineData("read_file", "path", "secrets/a", "allow")]
    [InlineData("http_request", "method", "DELETE", "deny")]
    [InlineData("http_request", "method", "GET", "ask")]
    [InlineData("fetch_url", "url", "https://internal.example/x", "ask")]
    [InlineData("apply_patch", "patch", "*** Begin Patch\n*** Update File: a.cs\n*** Move to: secrets/a.cs\n*** End Patch", "deny")]
    [InlineData("apply_patch", "input", "*** Begin Patch\n*** Delete File: x.pem\n*** End Patch", "deny")]
    [InlineData("apply_patch", "patch", "nothing that is read", "ask")]
    public void Judge_ToolAndArgument(string tool, string argument, string value, string expected)
    {
        var effect = tool is "read_file" or "fetch_url" ? ToolEffect.Read : ToolEffect.Write;

        Assert.Equal(expected, PermissionRules.Name(Rules.Judge(new JudgedCall(tool, effect, new Dictionary<string, object?> { [argument] = value }, "/src/o/r")).Verdict));
    }

    [Fact]
    public void Judge_NoArgumentThatIsRead_APersonLooks()
    {
        var rules = PermissionReader.Of("x", ["apply_patch(secrets/**)"], [], [], null);

        Assert.Equal(PermissionVerdict.Ask, rules.Judge(new JudgedCall("apply_patch", ToolEffect.Write, new Dictionary<string, object?>(), "/src")).Verdict);
    }

    [Fact]
    public void Judge_CommandAsListOfWords_IsTheSameCommand()
    {
        var words = System.Text.Json.JsonDocument.Parse("""["git","push"]""").RootElement;
        var shell = System.Text.Json.JsonDocument.Parse("""["bash","-lc","git push"]""").RootElement;
        var rules = PermissionReader.Of("x", ["execute(git push)"], [], [], null);

        Assert.Equal(PermissionVerdict.Deny, rules.Judge(new JudgedCall("execute", ToolEffect.Write, new Dictionary<string, object?> { ["command"] = words }, null)).Verdict);
        Assert.Equal(PermissionVerdict.Ask, rules.Judge(new JudgedCall("execute", ToolEffect.Write, new Dictionary<string, object?> { ["cmd"] = shell }, null)).Verdict);
        Assert.Equal(PermissionVerdict.Ask, rules.Judge(new JudgedCall("execute", ToolEffect.Write, new Dictionary<string, object?> { ["command"] = System.Text.Json.JsonDocument.Parse("[5]").RootElement }, null)).Verdict);
    }

    [Theory]
    [InlineData("permissions: none", 1, "'permissions' must hold deny, ask, allow or default")]
    [InlineData("permissions:\n  forbid: [x]", 2, "'permissions' has deny, ask, allow and default, and nothing else.")]
    [InlineData("permissions:\n  deny: execute", 2, "'deny' must be a list of rules")]
    [InlineData("permissions:\n  deny:\n    - execute(git push", 3, "the last parenthesis ends the rule")]
    [InlineData("permissions:\n  deny:\n    - execute()", 3, "must not be empty")]
    [InlineData("permissions:\n  deny:\n    - git push", 3, "'git push' is none")]
    [InlineData("permissions:\n  deny:\n    - {execute: git}", 3, "a rule of 'deny' must be text")]
    [InlineData("permissions:\n  deny: [delete_file]\n  allow: [delete_file]", 3, "the rule delete_file stands in 'deny' and in 'allow'.")]
    [InlineData("permissions:\n  default: maybe", 2, "'default' must be allow, ask or deny.")]
    public void Parse_Malformed_IsNamedWithItsLine(string text, int line, string expected)
    {
        var mistakes = Assert.Throws<RepositorySettingsException>(() => RepositorySettings.Parse(text)).Mistakes;

        Assert.Equal(line, mistakes[0].Line);
        Assert.Contains(expected, mistakes[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_Enormous_IsRefused()
    {
        Assert.Contains("more than 200 rules", Assert.Throws<RepositorySettingsException>(() => RepositorySettings.Parse($"permissions:\n  deny: [{string.Join(", ", Enumerable.Range(0, 201).Select(index => $"t{index}"))}]")).Message, StringComparison.Ordinal);
        Assert.Contains("1 to 300 characters", Assert.Throws<RepositorySettingsException>(() => RepositorySettings.Parse($"permissions:\n  deny: [{new string('t', 301)}]")).Message, StringComparison.Ordinal);
        Assert.Contains("more than 200 patterns", Assert.Throws<FormatException>(() => PermissionReader.Of("x", [$"edit({string.Concat(Enumerable.Repeat("{a,b}", 40))})"], [], [], null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_ARepositorysPermissions_AreRead()
    {
        var rules = RepositorySettings.Parse("permissions:\n  ask:\n    - execute(npm publish)\n    - 'look_up(name=a: b)'\n  default: deny\n").Permissions!;

        Assert.Equal(["execute(npm publish)", "look_up(name=a: b)"], rules.Ask.Select(rule => rule.Text));
        Assert.Equal((PermissionVerdict.Deny, ".drafthorse.yml"), (rules.Default, rules.Source));
    }
}
