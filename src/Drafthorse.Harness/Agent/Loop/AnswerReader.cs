using Drafthorse.Harness.Context;
using Drafthorse.Harness.Models.Http.Requests;
using Drafthorse.Harness.Models.Replies;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Agent.Loop;

/// <summary>Makes a journalable answer of a model's reply, whatever state it is in.</summary>
internal static class AnswerReader
{
    public static ModelAnswer Read(ModelReply reply, string model, CallTally tally) => new()
    {
        Content = WithUniqueCallIds(reply.Contents.Select(ContentMapping.ToBlock).OfType<ContentBlock>()),
        Model = model,
        FinishReason = FinishReasons.Read(reply.FinishReason?.Value)?.Value ?? "",
        Usage = tally.Usage,
        CostUsd = tally.CostUsd,
    };

    /// <summary>Models repeat or omit call ids; results must find their calls. Names and ids are bounded.</summary>
    private static List<ContentBlock> WithUniqueCallIds(IEnumerable<ContentBlock> blocks)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var unique = new List<ContentBlock>();
        foreach (var block in blocks)
        {
            var id = ToolArguments.Cut(block.CallId ?? "", ToolArguments.LongestId);
            for (var i = 1; block.Kind == "tool_call" && (id.Length == 0 || !seen.Add(id)); i++)
            {
                id = $"{(string.IsNullOrEmpty(block.CallId) ? "call" : ToolArguments.Cut(block.CallId, ToolArguments.LongestId))}-{i}";
            }

            unique.Add(block.Kind == "tool_call" ? block with { CallId = id, Name = ToolArguments.Cut(block.Name ?? "", AnswerBounds.LongestName) } : block);
        }

        return unique;
    }
}
