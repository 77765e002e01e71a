using System.Globalization;
using System.Text;
using Drafthorse.Harness.RunTools;
using Drafthorse.Harness.Search;
using Drafthorse.Harness.Workspace;
using Drafthorse.Harness.Workspace.Files;
using Drafthorse.Sandbox.Files.Operations;

namespace Drafthorse.Harness.Knowledge;

/// <summary>Searches what a team has written down.</summary>
internal sealed class KnowledgeSearchTool(WorkspaceReader reader) : RunTool(
    "knowledge_search",
    ToolEffect.Read,
    "Searches the team's knowledge files by words. Returns the passages that match best, each with its file and line.",
    """
    {"type":"object","required":["query"],"properties":{"query":{"type":"string","description":"Words that stand in what is looked for."},"limit":{"type":"integer","description":"The most passages (5, at most 20)."}}}
    """)
{
    public override async Task<ToolOutput> RunAsync(RunContext run, ArgumentReader arguments, CancellationToken cancellationToken)
    {
        var (words, limit) = SearchArguments.Read(arguments, 5, 20);
        var query = new SearchQuery(words);
        if (query.Terms.Count == 0)
            return ToolOutput.Error($"{Name}: the query has no words.", ToolErrorClass.InvalidArguments);
        var ranking = new PassageRanking<Found>(query);
        var listing = await reader.ListAsync(cancellationToken).ConfigureAwait(false);
        foreach (var file in listing.Below(WorkspaceNames.Knowledge))
        {
            if (file.Size > WorkspaceReader.MostBytes || await reader.ReadAsync(file.Path, WorkspaceReader.MostBytes, cancellationToken).ConfigureAwait(false) is not { } bytes || FileContent.IsBinary(bytes))
                continue;
            var text = WorkspaceReader.Decode(bytes);
            Passages.Of(text, (passage, at) =>
            {
                if (ranking.Look(passage))
                    ranking.Keep(new Found(file.Path, text.AsSpan(0, (int)at).Count('\n') + 1, passage.ToString()));
            });
        }

        return ToolOutput.Text(Write(ranking, limit)) with { NeverEvict = true };
    }

    private static string Write(PassageRanking<Found> ranking, int limit)
    {
        var text = new StringBuilder();
        foreach (var found in ranking.Best().Take(limit))
            text.Append(CultureInfo.InvariantCulture, $"--- {WorkspaceNames.Root}/{found.Path}, line {found.Line}\n{found.Text.TrimEnd()}\n");
        return text.Length == 0 ? "No file of the team's knowledge has any of these words." : text.ToString().TrimEnd();
    }

    private sealed record Found(string Path, int Line, string Text);
}
