using Drafthorse.Harness.RunTools;
using Drafthorse.Harness.Search;

namespace Drafthorse.Harness.Skills;

/// <summary>Finds skills by words of their names and descriptions.</summary>
internal sealed class SkillSearchTool(SkillCatalog catalog) : RunTool(
    "skill_search",
    ToolEffect.Read,
    "Finds skills by words of their names and descriptions, also those that are not listed.",
    """
    {"type":"object","required":["query"],"properties":{"query":{"type":"string","description":"Words of what you are about to do."},"limit":{"type":"integer","description":"The most skills (10, at most 50)."}}}
    """)
{
    public override async Task<ToolOutput> RunAsync(RunContext run, ArgumentReader arguments, CancellationToken cancellationToken)
    {
        var (words, limit) = SearchArguments.Read(arguments, 10, 50, "some words of what you are about to do");
        var found = Best(await catalog.ReadAsync(run, cancellationToken).ConfigureAwait(false), words, limit);
        return ToolOutput.Text(found.Count == 0 ? "No skill has any of these words." : string.Join('\n', found.Select(skill => $"{skill.Name}: {skill.Description}")));
    }

    /// <summary>The skills that match best.</summary>
    public static IReadOnlyList<SkillEntry> Best(SkillSet set, string words, int limit)
    {
        var query = new SearchQuery(words);
        var ranking = new PassageRanking<SkillEntry>(query);
        foreach (var skill in set.Skills)
        {
            if (ranking.Look($"{skill.Name}\n{skill.Description}"))
                ranking.Keep(skill);
        }

        return [.. ranking.Best().Take(limit)];
    }
}
