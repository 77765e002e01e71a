using System.Text;
using Drafthorse.Harness.RunTools;
using Drafthorse.Harness.Search;

namespace Drafthorse.Harness.Skills;

/// <summary>Gives a model a skill's instructions and the names of its files.</summary>
internal sealed class LoadSkillTool(SkillCatalog catalog, SkillUsage usage, SkillScripts scripts) : RunTool(
    ToolName,
    ToolEffect.Read,
    "Loads a skill: how a kind of work is done here. Returns its instructions and the files that come with it.",
    """
    {"type":"object","required":["name"],"properties":{"name":{"type":"string","description":"The skill's name, as it is listed or as skill_search found it."}}}
    """)
{
    public const string ToolName = "load_skill";

    private const int MostFiles = 100;

    public override async Task<ToolOutput> RunAsync(RunContext run, ArgumentReader arguments, CancellationToken cancellationToken)
    {
        var name = arguments.Text("name", "the skill's name", "skill", "skill_name").Trim();
        var set = await catalog.ReadAsync(run, cancellationToken).ConfigureAwait(false);
        if (set.Find(name) is not { } entry || await catalog.LoadAsync(run, entry, cancellationToken).ConfigureAwait(false) is not var (skill, files))
            return ToolOutput.Error($"{ToolName}: there is no skill {name}.{Near(set, name)}", ToolErrorClass.InvalidArguments);
        await usage.CountAsync(entry.Name, cancellationToken).ConfigureAwait(false);
        var place = await catalog.PlaceAsync(run, entry, cancellationToken).ConfigureAwait(false);
        var text = new StringBuilder($"# Skill {skill.Name}\n\n{skill.Body}\n");
        if (skill.Compatibility is { } needs)
            text.Append($"\nIt needs: {needs}\n");
        if (files.Count > 0)
        {
            text.Append($"\nFiles of this skill, in {place}:\n").AppendJoin('\n', files.Take(MostFiles)).Append(files.Count > MostFiles ? $"\nand {files.Count - MostFiles} more\n" : "\n");
            if (!entry.IsRepository && await scripts.PutAsync(run, entry, files, cancellationToken).ConfigureAwait(false) is { } put)
                text.Append($"\n{put}\n");
        }

        return ToolOutput.Text(text.ToString()) with { NeverEvict = true };
    }

    private static string Near(SkillSet set, string name)
    {
        var near = SkillSearchTool.Best(set, name.Replace('-', ' '), 3);
        return near.Count == 0 ? " Use skill_search to find one." : $" These are near: {string.Join(", ", near.Select(skill => skill.Name))}.";
    }
}
