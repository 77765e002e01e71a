using Drafthorse.Harness.Models;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Agent.Loop;

/// <summary>Asks the model for its last words when a limit stopped the run.</summary>
internal static class LastWords
{
    public static async Task<string> AskAsync(RunContext run, ModelCaller models, string reason, CancellationToken cancellationToken)
    {
        var before = run.LastText;
        await run.TellModelAsync(
            "hand-over",
            $"The run is being stopped: {reason}. Do not call tools. Write a short hand-over for the people: what is done, what is left, what to do next.",
            cancellationToken).ConfigureAwait(false);
        try
        {
            var reply = await models.CallLastWordsAsync(BudgetGate.HandOverTokens, cancellationToken).ConfigureAwait(false);
            var text = new ModelReplied
            {
                Step = run.Conversation.Step + 1,
                Model = reply.Model,
                Content = [.. reply.Content.Where(block => block.Kind == "text")],
                FinishReason = reply.FinishReason,
                Usage = reply.Usage,
                CostUsd = reply.CostUsd,
            };
            await run.CommitAsync(
                new RunCommit { Events = [text], ChangeFacts = facts => RunFacts.Add(facts, reply.Usage, reply.CostUsd) },
                cancellationToken).ConfigureAwait(false);
            return reply.Text.Length > 0 ? reply.Text : before;
        }
        catch (Exception exception) when (exception is ModelException or RunEndedException)
        {
            // No room or no model for a summary: the last words there are stand for it.
            return before;
        }
    }
}
