using Drafthorse.Harness.Context;
using Drafthorse.Harness.Middleware;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Models.Replies;
using Drafthorse.Harness.Threads.Journal;

namespace Drafthorse.Harness.Agent.Loop;

/// <summary>Makes a journalable answer of a model's reply, whatever state it is in.</summary>
internal static class AnswerReader
{
    public static ModelAnswer Read(ModelReply reply, string model, ModelInfo info) => new()
    {
        Content = WithUniqueCallIds(reply.Contents.Select(ContentMapping.ToBlock).OfType<ContentBlock>()),
        Model = model,
        FinishReason = reply.FinishReason?.Value ?? "",
        Usage = reply.Usage,
        CostUsd = info.Price?.CostOf(reply.Usage) ?? 0,
    };

    /// <summary>Models repeat or omit call ids; results must find their calls.</summary>
    private static List<ContentBlock> WithUniqueCallIds(IEnumerable<ContentBlock> blocks)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var unique = new List<ContentBlock>();
        foreach (var block in blocks)
        {
            var id = block.CallId ?? "";
            for (var i = 1; block.Kind == "tool_call" && (id.Length == 0 || !seen.Add(id)); i++)
            {
                id = $"{(string.IsNullOrEmpty(block.CallId) ? "call" : block.CallId)}-{i}";
            }

            unique.Add(block.Kind == "tool_call" ? block with { CallId = id } : block);
        }

        return unique;
    }
}
