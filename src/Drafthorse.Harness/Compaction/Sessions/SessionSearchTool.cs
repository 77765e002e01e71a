using Drafthorse.Harness.Search;
using Drafthorse.Harness.Threads;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness;

/// <summary>Lets a model find what its thread said and saw and what its context no longer shows. Touches no sandbox.</summary>
internal sealed class SessionSearchTool(SessionSearch search) : SandboxTool(
    ToolName,
    ToolEffect.Read,
    "Searches all that was said and seen in this task so far, also what is no longer shown: messages, replies, calls and whole tool results. Returns the passages that match best, with their steps.",
    """
    {"type":"object","properties":{"query":{"type":"string","description":"Words that stand in what is looked for, such as names, numbers or an error."},"limit":{"type":"integer","description":"The most passages (5, at most 20)."}},"required":["query"]}
    """)
{
    public const string ToolName = "session_search";

    private const int DefaultLimit = 5, MostLimit = 20;

    /// <summary>The tool, or none.</summary>
    public static IEnumerable<AIFunction> Of(CompactionOptions options, IThreadStore store, ResultArchive? archive, TimeProvider timeProvider) =>
        options.SessionSearch ? [new SessionSearchTool(new SessionSearch(store, archive, timeProvider))] : [];

    protected override async Task<ToolOutput> RunAsync(ArgumentReader arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var (query, limit) = SearchArguments.Read(arguments, DefaultLimit, MostLimit);
        return context.ThreadId is not { } thread ? ToolOutput.Error($"{ToolName}: there is no thread to search.")
            : await search.FindAsync(thread, query, limit, cancellationToken).ConfigureAwait(false) is { } found ? ToolOutput.Text(found) with { NeverEvict = true }
            : ToolOutput.Error($"{ToolName}: the query has no words. Give names, numbers or words of what is looked for, such as {ToolName} {{\"query\":\"connection refused port\"}}");
    }
}
