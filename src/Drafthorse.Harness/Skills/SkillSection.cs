using System.Globalization;
using System.Text;
using Drafthorse.Harness.Context;
using Drafthorse.Harness.Workspace;

namespace Drafthorse.Harness.Skills;

/// <summary>Lists skills by name and description in what a thread begins with, as many as there is room for.</summary>
internal static class SkillSection
{
    private const int Short = 120;
    private const int Around = 400;

    public static WorkspaceSection Of(SkillCatalog catalog, SkillOptions options) => new(0.5, async (run, _, tokens, cancellationToken) =>
        Write(await catalog.ReadAsync(run, cancellationToken).ConfigureAwait(false), Math.Min(tokens, options.MaxListedTokens) * WorkspacePrompt.CharactersPerToken));

    private static string Write(SkillSet set, int room)
    {
        if (set.Skills.Count == 0)
            return "";
        var text = new StringBuilder("# Skills\nHow kinds of work are done here. When one fits your task, call load_skill with its name first.");
        var isWhole = set.Skills.Sum(skill => Encoding.UTF8.GetByteCount(Line(skill, int.MaxValue))) + Around < room;
        var listed = 0;
        foreach (var skill in set.Skills)
        {
            var line = Line(skill, isWhole ? int.MaxValue : Short);
            if (Encoding.UTF8.GetByteCount(line) + text.Length + Around > room && !isWhole)
                break;
            text.Append(line);
            listed++;
        }

        if (listed < set.Skills.Count)
            text.Append(CultureInfo.InvariantCulture, $"\n{set.Skills.Count - listed} more skills are not listed: find them with skill_search.");
        return text.ToString();
    }

    private static string Line(SkillEntry skill, int most)
    {
        var description = skill.Description.Length <= most ? skill.Description : $"{skill.Description[..(char.IsHighSurrogate(skill.Description[most - 1]) ? most - 1 : most)]}…";
        return MessageRendering.Escape($"\n- {skill.Name}: {description}{(skill.Hides ? " (the repository's own; it counts in place of the team's of this name)" : "")}");
    }
}
