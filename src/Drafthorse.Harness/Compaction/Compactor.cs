using Drafthorse.Harness.Context;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness;

/// <summary>Keeps the context within the model's window. The journal keeps everything; only the projection becomes shorter.</summary>
/// <param name="options">When, and what stays.</param>
/// <param name="currentModel">The model that is asked first.</param>
/// <param name="findModel">What is known of any model, by its specification.</param>
/// <param name="overhead">Tokens of what every request has beside its messages: system prompt and tools.</param>
/// <param name="call">Makes the call for a summary.</param>
internal sealed class Compactor(CompactionOptions options, Func<ModelInfo> currentModel, Func<string, ModelInfo> findModel, Func<int> overhead, SideCall call)
{
    private const int LeastRoom = 256;

    private int _notBefore;

    private ModelInfo Model => currentModel();

    /// <summary>Compacts when the context is nearly full.</summary>
    public async Task CompactWhenFullAsync(RunContext run, CancellationToken cancellationToken)
    {
        if (!options.Enabled)
            return;
        var count = run.Conversation.Messages.Count;
        var most = ContextBudget.MostFor(Model, options);
        if ((Estimate(run) > most || count >= options.TriggerMessages)
            && count >= _notBefore
            && !await CompactAsync(run, most / 2, Model.ContextWindow, cancellationToken).ConfigureAwait(false))
        {
            // Trying again at every step would pay for a summary each time.
            _notBefore = count + Math.Max(2, options.KeepMessages / 2);
        }
    }

    /// <summary>Compacts now, though the context is not full. Returns false when nothing could be made shorter.</summary>
    public Task<bool> CompactNowAsync(RunContext run, CancellationToken cancellationToken) =>
        CompactAsync(run, Math.Min(ContextBudget.MostFor(Model, options), Estimate(run)) / 2, Model.ContextWindow, cancellationToken);

    /// <summary>Compacts after a provider said that a request does not fit, each time to at most half of that request: what is known
    /// of a window may be wrong. Returns false when nothing could be made shorter.</summary>
    public Task<bool> CompactAfterOverflowAsync(RunContext run, ModelException overflow, CancellationToken cancellationToken)
    {
        if (!options.Enabled)
            return Task.FromResult(false);
        var window = overflow.Model.Length == 0 ? Model.ContextWindow : Math.Min(Model.ContextWindow, findModel(overflow.Model).ContextWindow);
        var sent = Math.Min(window, run.Tokens.Estimate(run.Conversation.Chat) + overhead());
        return CompactAsync(run, sent / 2, sent, cancellationToken);
    }

    /// <summary>Takes the pictures out of the context. Returns false when there are none.</summary>
    public static async Task<bool> DropPicturesAsync(RunContext run, CancellationToken cancellationToken)
    {
        var messages = run.Conversation.Messages;
        if (!messages.Any(message => message.Content.Any(KeptContext.IsPicture)))
        {
            return false;
        }

        await CommitAsync(run, [.. messages.Select(KeptContext.WithoutPictures)], new TokenUsage(), 0, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async Task<bool> CompactAsync(RunContext run, int target, int window, CancellationToken cancellationToken)
    {
        var conversation = run.Conversation;
        var before = run.Tokens.Estimate(conversation.Chat);
        var room = Math.Max(LeastRoom, target - overhead());
        var todos = new CarriedTodos(conversation.Todos, room / 3);
        room = Math.Max(LeastRoom, room - (todos.Chat is { } carried ? run.Tokens.Estimate(carried) : 0));
        var kept = KeptContext.Choose(conversation.Messages, options, run.Tokens, room * 2 / 3, todos.IsWritingCall);
        List<ContextMessage> context = [.. kept.Messages];
        var (usage, cost) = (new TokenUsage(), 0m);
        if (kept.From > 0)
        {
            (var summary, usage, cost) = await new Summarizer(call, ContextBudget.OutputOf(Model)).SummarizeAsync(
                [.. conversation.Messages.Take(kept.From)], window, Math.Max(LeastRoom / 2, room - kept.Tokens), cancellationToken).ConfigureAwait(false);
            context.Insert(0, summary);
        }

        context = todos.PutBack(context);

        var after = run.Tokens.Estimate([.. context.Select(Conversation.ToChat)]);
        if (after >= before && context.Count >= conversation.Messages.Count)
        {
            // It was paid for all the same.
            if (cost > 0)
                await run.CommitAsync(new RunCommit { ChangeFacts = facts => RunFacts.Add(facts, usage, cost) }, cancellationToken).ConfigureAwait(false);
            return false;
        }

        await CommitAsync(run, context, usage, cost, cancellationToken).ConfigureAwait(false);
        _notBefore = 0;
        return true;
    }

    private static Task CommitAsync(RunContext run, List<ContextMessage> context, TokenUsage usage, decimal cost, CancellationToken cancellationToken)
    {
        var conversation = run.Conversation;
        var compacted = new ContextCompacted
        {
            System = conversation.System ?? "",
            Context = context,
            Step = conversation.Step,
            FirstMessageOfRun = conversation.FirstMessageOfRun,
            LastMessageId = conversation.LastMessageId,
            AnswerSchema = conversation.AnswerSchema,
            TokensBefore = run.Tokens.Estimate(conversation.Chat),
            TokensAfter = run.Tokens.Estimate([.. context.Select(Conversation.ToChat)]),
            Usage = usage,
            CostUsd = cost,
        };
        return run.CommitAsync(
            new RunCommit
            {
                Events = [compacted],
                ChangeFacts = facts => RunFacts.Add(facts, usage, cost) with { ContextStart = run.JournalEnd },
            },
            cancellationToken);
    }

    private int Estimate(RunContext run)
    {
        var conversation = run.Conversation;
        return conversation.CountedMessages == 0
            ? overhead() + run.Tokens.Estimate(conversation.Chat)
            : (int)conversation.CountedTokens + conversation.Chat.Skip(conversation.CountedMessages).Sum(run.Tokens.Estimate);
    }
}
