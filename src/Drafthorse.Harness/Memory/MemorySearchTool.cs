using System.Globalization;
using System.Text;
using Drafthorse.Harness.RunTools;
using Drafthorse.Harness.Search;
using Drafthorse.Harness.Workspace;

namespace Drafthorse.Harness.Memory;

/// <summary>Finds facts of a thread's audiences by words.</summary>
internal sealed class MemorySearchTool(MemoryLedger ledger) : RunTool(
    "memory_search",
    ToolEffect.Read,
    "Searches what was learned in earlier tasks, for this repository and you. Returns the facts that match best, each with its source, file and line.",
    """
    {"type":"object","required":["query"],"properties":{"query":{"type":"string","description":"Words that stand in what is looked for."},"limit":{"type":"integer","description":"The most facts (10, at most 50)."}}}
    """)
{
    public override async Task<ToolOutput> RunAsync(RunContext run, ArgumentReader arguments, CancellationToken cancellationToken)
    {
        var (words, limit) = SearchArguments.Read(arguments, 10, 50);
        var query = new SearchQuery(words);
        if (query.Terms.Count == 0)
            return ToolOutput.Error($"{Name}: the query has no words.", ToolErrorClass.InvalidArguments);
        var ranking = new PassageRanking<(Audience Audience, LedgerLine Line)>(query);
        foreach (var audience in Audience.Of(run.Thread.Origin))
        {
            foreach (var line in await ledger.ReadAsync(WorkspaceNames.Ledger, audience.Folder, cancellationToken).ConfigureAwait(false))
            {
                if (ranking.Look(line.Fact.Text))
                    ranking.Keep((audience, line));
            }
        }

        var text = new StringBuilder();
        foreach (var (audience, line) in ranking.Best().Take(limit))
            text.Append(CultureInfo.InvariantCulture, $"{MemorySection.Describe(line.Fact)} [memory/{audience.Kind}/{line.Path.Split('/')[^1]}:{line.Line}]\n");
        return ToolOutput.Text(text.Length == 0 ? "Nothing that was learned has any of these words." : text.ToString().TrimEnd()) with { NeverEvict = true };
    }
}
