using System.Text.Json;

namespace Drafthorse.Harness.Models.Families;

/// <summary>Reads a family of a catalog's file.</summary>
internal static class ModelFamilyReader
{
    private static readonly string[] EditTools = ["", "edit_file", "apply_patch"];
    private static readonly string[] Efforts = ["none", "low", "medium", "high", "xhigh"];

    /// <summary>Reads an entry over what is known already. Throws <see cref="JsonException"/>.</summary>
    public static ModelFamily Read(JsonElement entry, ModelFamily family)
    {
        foreach (var member in entry.EnumerateObject())
        {
            family = member.Name switch
            {
                "editTool" => family with { EditTool = OneOf(EditTools, member.Value.GetString(), "editTool") },
                "efforts" => family with { Efforts = [.. member.Value.EnumerateArray().Select(effort => OneOf(Efforts, effort.GetString(), "efforts"))] },
                "arguments" => family with { Arguments = member.Value.EnumerateObject().GroupBy(tool => tool.Name).ToDictionary(tool => tool.Key, tool => (IReadOnlyDictionary<string, string>)NamesOf(tool.Last().Value)) },
                _ => throw new JsonException($"'{member.Name}' is not a member of a family: editTool, arguments, efforts."),
            };
        }

        return family;
    }

    private static Dictionary<string, string> NamesOf(JsonElement names) =>
        names.EnumerateObject().GroupBy(name => name.Name).ToDictionary(name => name.Key, name => name.Last().Value.GetString() ?? "");

    private static string OneOf(string[] known, string? value, string member) =>
        known.Contains(value) ? value! : throw new JsonException($"'{value}' cannot stand in {member}: {string.Join(", ", known.Where(name => name.Length > 0))}.");
}
