using System.Text.Json;
using Drafthorse.Harness;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Models.Families;
using Drafthorse.Tests.Tools;
using Microsoft.Extensions.AI;

namespace Drafthorse.Tests.Models.Families;

public sealed class ToolContractTests
{
    public static TheoryData<string> Families => [.. ModelCatalog.BuiltIn.Families.Keys, "unknown"];

    [Theory]
    [MemberData(nameof(Families))]
    public void Declare_CoreTools_AreFlatWithWhatIsRequiredFirst(string family)
    {
        foreach (var tool in Declare(family))
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"{tool.Name}: {tool.Schema.GetRawText()}");
            var members = tool.Schema.EnumerateObject().Select(member => member.Name).ToList();
            Assert.True(!members.Contains("required") || members.IndexOf("required") < members.IndexOf("properties"), tool.Name);
            if (tool.Schema.TryGetProperty("required", out var required))
            {
                Assert.All(required.EnumerateArray(), name => Assert.True(tool.Schema.GetProperty("properties").TryGetProperty(name.GetString()!, out _), tool.Name));
            }

            Assert.All(tool.Schema.GetProperty("properties").EnumerateObject(), property => Assert.True(property.Value.GetProperty("type").ValueKind == JsonValueKind.String && property.Value.GetProperty("type").GetString() is not ("object" or "array"), $"{tool.Name} {property.Name}"));
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public async Task Declare_TheNamesOfAFamily_AreNamesThatTheToolsTake(string family)
    {
        await using var tools = await ToolHarness.StartAsync();
        tools.Folder.Put("a", "old\n");
        var values = new Dictionary<string, string>
        {
            ["path"] = "a", ["content"] = "new\n", ["old_text"] = "old", ["new_text"] = "new", ["patch"] = "*** Begin Patch\n*** Update File: a\n-new\n+newer\n*** End Patch",
        };
        var names = ModelCatalog.BuiltIn.Families.GetValueOrDefault(family)?.Arguments ?? new Dictionary<string, IReadOnlyDictionary<string, string>>();
        foreach (var name in (string[])["read_file", "edit_file", "apply_patch", "write_file", "read_file", "delete_file"])
        {
            var schema = CoreTools.All.Single(tool => tool.Name == name).JsonSchema;
            var arguments = schema.GetProperty("required").EnumerateArray().Select(required => required.GetString()!)
                .ToDictionary(required => names.GetValueOrDefault(name)?.GetValueOrDefault(required) ?? required, required => values[required]);

            await tools.TextAsync(name, JsonSerializer.Serialize(arguments));
        }
    }

    [Theory]
    [InlineData("openai", "apply_patch", "edit_file")]
    [InlineData("anthropic", "edit_file", "apply_patch")]
    [InlineData("qwen", "edit_file", "apply_patch")]
    public void Declare_OneEditTool_LeavesTheOtherOut(string family, string kept, string left)
    {
        var names = Declare(family).Select(tool => tool.Name).ToList();

        Assert.Contains(kept, names);
        Assert.DoesNotContain(left, names);
    }

    [Fact]
    public void Declare_UnknownFamily_HasBoth() => Assert.Subset(Declare("unknown").Select(tool => tool.Name).ToHashSet(), new HashSet<string> { "edit_file", "apply_patch" });

    [Fact]
    public void Declare_BusinessToolOfTheSameName_IsLeftAsItIs()
    {
        var own = AIFunctionFactory.Create((string path, string old_text) => path + old_text, new AIFunctionFactoryOptions { Name = "edit_file" });

        var declared = Contract("anthropic").Declare([own, CoreTools.All.Single(tool => tool.Name == "apply_patch")]).ToList();

        Assert.Equal(["edit_file", "apply_patch"], declared.Select(tool => tool.Name));
        Assert.True(declared[0].Schema.GetProperty("properties").TryGetProperty("old_text", out _));
    }

    [Fact]
    public void Declare_Twice_GivesTheSameSchema() =>
        Assert.Equal(Declare("qwen").Select(tool => tool.Schema.GetRawText()), Declare("qwen").Select(tool => tool.Schema.GetRawText()));

    [Fact]
    public void Catalog_UnknownFamily_WarnsAndDeclaresAsToAnyModel()
    {
        var catalog = Load("""{"models":{"mine-1":{"family":"nobody"},"mine-2":{"family":"qwen"}}}""");

        Assert.Contains("'nobody' for mine-1", Assert.Single(catalog.Warnings), StringComparison.Ordinal);
        Assert.Equal("", catalog.FamilyOf(catalog.Find("mine-1")).EditTool);
        Assert.Equal("edit_file", catalog.FamilyOf(catalog.Find("mine-2")).EditTool);
    }

    [Theory]
    [InlineData("""{"families":{"x":{"editTool":"sed"}}}""", "'sed' cannot stand in editTool")]
    [InlineData("""{"families":{"x":{"efforts":["max"]}}}""", "'max' cannot stand in efforts")]
    [InlineData("""{"families":{"x":{"tool":1}}}""", "'tool' is not a member of a family")]
    [InlineData("""{"families":{"x":{"arguments":[]}}}""", "model catalog")]
    public void Catalog_WrongFamily_IsNamed(string json, string expected) =>
        Assert.Contains(expected, Assert.Throws<ModelException>(() => Load(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void Catalog_WithoutFamilies_DeclaresToAllAlike() =>
        Assert.Equal(CoreTools.All.Count, new ToolContract(ModelCatalog.BuiltIn.WithoutFamilies().FamilyOf(ModelCatalog.BuiltIn.Find("openai:gpt-5"))).Declare(CoreTools.All).Count());

    private static ToolContract Contract(string family) => new(ModelCatalog.BuiltIn.Families.GetValueOrDefault(family) ?? ModelFamily.General);

    private static List<ToolContract.Declaration> Declare(string family) => [.. Contract(family).Declare(CoreTools.All)];

    private static ModelCatalog Load(string json)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, json);
            return ModelCatalog.Load(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
