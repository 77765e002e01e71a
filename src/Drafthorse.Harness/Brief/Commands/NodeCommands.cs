using System.Text.Json;
using Drafthorse.Harness.Text;

namespace Drafthorse.Harness.Brief.Commands;

/// <summary>Scripts of <c>package.json</c>, by the package manager that its folder or one above has a lock file of.</summary>
internal static class NodeCommands
{
    private const int MaxScripts = 8;
    private const string NoTest = "no test specified";

    private static readonly string[] Managers = ["npm", "pnpm", "yarn", "bun"];

    /// <summary>Throws <see cref="JsonException"/> when the file is no JSON.</summary>
    public static IEnumerable<FoundCommand> Find(Manifest file, IReadOnlyList<Manifest> all)
    {
        using var document = JsonDocument.Parse(JsonText.WellFormed(file.Text), new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
        if (document.RootElement is not { ValueKind: JsonValueKind.Object } root || !root.TryGetProperty("scripts", out var scripts) || scripts.ValueKind != JsonValueKind.Object)
            return [];
        var manager = ManagerOf(root) ?? LockFiles.Nearest(all, file.Folder, Managers) ?? "npm";
        return [.. scripts.EnumerateObject()
            .Where(script => script.Value.ValueKind == JsonValueKind.String && CommandWords.IsPlain(script.Name) && !script.Value.GetString()!.Contains(NoTest, StringComparison.Ordinal))
            .Select(script => (script.Name, Purpose: CommandWords.OfName(script.Name), Text: script.Value.GetString()!))
            .Where(script => script.Purpose is not null)
            .OrderBy(script => script.Purpose).ThenBy(script => script.Name.Length)
            .Take(MaxScripts)
            .Select(script => new FoundCommand(script.Purpose!.Value, script.Name == "test" && manager != "bun" ? $"{manager} test" : $"{manager} run {script.Name}", file.Path, file.Folder, script.Text))];
    }

    /// <summary>What <c>packageManager</c> names, as in <c>pnpm@9.1.0</c>.</summary>
    private static string? ManagerOf(JsonElement root) =>
        root.TryGetProperty("packageManager", out var value) && value.ValueKind == JsonValueKind.String ? Array.Find(Managers, manager => value.GetString()!.StartsWith($"{manager}@", StringComparison.Ordinal)) : null;
}
