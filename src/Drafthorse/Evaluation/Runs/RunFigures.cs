using Drafthorse.Composition;
using Drafthorse.Evaluation.Results;
using Drafthorse.Events;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Evaluation.Runs;

/// <summary>Reads from a thread's journal what its work took, and keeps the journal for people to look at.</summary>
internal static class RunFigures
{
    /// <summary>Adds the figures to a result. Returns the run's end; null when it has none.</summary>
    public static async Task<RunFinished?> AddAsync(Platform platform, ThreadId thread, RepetitionResult result, string journal, CancellationToken cancellationToken)
    {
        RunFinished? end = null;
        var usage = new TokenUsage();
        await using var file = File.Create(journal);
        await foreach (var record in JournalPages.ReadAsync(platform.Store, thread, cancellationToken))
        {
            await file.WriteAsync(JournalExport.Line(record), cancellationToken);
            switch (record.Event)
            {
                case ModelReplied replied:
                    result.Steps++;
                    usage += replied.Usage;
                    break;
                case ContextCompacted compacted:
                    usage += compacted.Usage;
                    break;
                case ToolStarted:
                    result.ToolCalls++;
                    break;
                case ToolFinished { IsError: true }:
                    result.ToolErrors++;
                    break;
                case RunFinished finished:
                    end = finished;
                    break;
            }
        }

        var row = await platform.Store.GetThreadAsync(thread, cancellationToken);
        (result.InputTokens, result.CachedInputTokens, result.OutputTokens) = (usage.Input, usage.CachedInput, usage.Output);
        result.CostUsd = platform.Unpriced is null ? row?.Facts.CostUsd : null;
        result.Commit = row?.Facts.PushedCommit;
        result.Run = end?.Outcome ?? "";
        return end;
    }
}
