using System.Text.Json;
using Drafthorse.Harness;
using Drafthorse.Harness.Tools.Failures;
using Microsoft.Extensions.AI;

namespace Drafthorse.Tests.Tools.Failures;

public sealed class NearestCallTests
{
    private static readonly AIFunction Business = AIFunctionFactory.Create(
        (string serviceName, int days, bool urgent = false) => serviceName, new AIFunctionFactoryOptions { Name = "look_up" });

    [Theory]
    [InlineData("read_file", """{"pathname":"src/a.py"}""", """read_file {"path":"src/a.py"}""")]
    [InlineData("read_file", """{"Path":"src/a.py","line":"7"}""", """read_file {"path":"src/a.py","line":7}""")]
    [InlineData("read_file", """{"path":"a","offset":[1]}""", """read_file {"path":"a"}""")]
    [InlineData("edit_file", """{"path":"a"}""", """edit_file {"path":"a","old_text":"...","new_text":"..."}""")]
    [InlineData("edit_file", """{"path":"a","oldText":"x","newText":5}""", """edit_file {"path":"a","old_text":"x","new_text":"5"}""")]
    [InlineData("edit_file", "{}", """edit_file {"path":"...","old_text":"...","new_text":"..."}""")]
    [InlineData("delete_file", """{"path":"a","recursive":"True"}""", """delete_file {"path":"a","recursive":true}""")]
    [InlineData("delete_file", """{"path":"a","recursive":"perhaps"}""", """delete_file {"path":"a"}""")]
    [InlineData("execute", """{"cmmand":"ls"}""", """execute {"command":"ls"}""")]
    [InlineData("read_file", """{"path":"\ud800","offset":true}""", "read_file {\"path\":\"...\"}")]
    public void Of_WrongCall_IsTheSameCallMadeRight(string tool, string given, string expected) => Assert.Equal(expected, Of(CoreTools.All.Single(known => known.Name == tool), given));

    [Fact]
    public void Of_BusinessTool_IsReadFromItsSchema() =>
        Assert.Equal("""look_up {"serviceName":"pay","days":3}""", Of(Business, """{"service_name":"pay","days":"3"}"""));

    [Fact]
    public void Of_CallThatFitsTheSchema_HasNothingBetter() => Assert.Null(Of(CoreTools.All[0], """{"path":"a","line":3}"""));

    [Fact]
    public void Of_LongValues_AreShortened()
    {
        var right = Of(CoreTools.All.Single(tool => tool.Name == "write_file"), $$"""{"path":"a","contents":"{{new string('x', 100_000)}}"}""");

        Assert.Equal($$"""write_file {"path":"a","content":"{{new string('x', 60)}}…"}""", right);
    }

    [Fact]
    public void Of_TenThousandArguments_EndsAtOnce()
    {
        var given = Enumerable.Range(0, 10_000).ToDictionary(i => $"argument_{new string('a', 90)}{i}", _ => (object?)JsonElement.Parse("1"));

        Assert.Equal("""read_file {"path":"..."}""", NearestCall.Of(CoreTools.All[0], given));
    }

    [Theory]
    [InlineData("bash", "execute")]
    [InlineData("str_replace_based_edit_tool", "edit_file")]
    [InlineData("ReadFile", "read_file")]
    [InlineData("grep_fils", "grep_files")]
    public void UnknownTool_NameOfAnotherHarnessOrMisspelt_NamesOurs(string name, string expected)
    {
        var refusal = CallRefusals.UnknownTool(name, new ToolSet(CoreTools.All));

        Assert.Contains($"Did you mean {expected}?", refusal.Content[0].Text, StringComparison.Ordinal);
        Assert.Equal(ToolErrorClass.UnknownTool, refusal.ErrorClass);
    }

    [Fact]
    public void UnknownTool_LongName_IsShortened() =>
        Assert.True(CallRefusals.UnknownTool(new string('x', 1_000_000), new ToolSet(CoreTools.All)).Content[0].Text!.Length < 1_000);

    private static string? Of(AIFunction tool, string given) =>
        NearestCall.Of(tool, JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(given)!.ToDictionary(pair => pair.Key, pair => (object?)pair.Value));
}
