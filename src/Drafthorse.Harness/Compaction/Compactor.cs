using Drafthorse.Harness.Context;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Workspace;

namespace Drafthorse.Harness;

/// <summary>Keeps the context within the model's window. The journal keeps everything; only the projection becomes shorter: old tool
/// results are masked first; only when that is not enough a frame by code and a summary take the place of older messages.</summary>
/// <param name="options">When, and what stays.</param>
/// <param name="currentModel">The model that is asked first.</param>
/// <param name="findModel">What is known of any model, by its specification.</param>
/// <param name="overhead">Tokens of what every request has beside its messages: system prompt and tools.</param>
/// <param name="calls">How a summary is asked for.</param>
/// <param name="compose">Composes the system prompt anew, as its parts may have changed; null: it stays.</param>
internal sealed class Compactor(CompactionOptions options, Func<ModelInfo> currentModel, Func<string, ModelInfo> findModel, Func<int> overhead, SummaryCalls calls, Func<RunContext, CancellationToken, ValueTask<string>>? compose = null)
{
    private const int LeastRoom = 256;
    private const int LeastWindow = 1_000;

    /// <summary>Tokens of the question for a summary, generously.</summary>
    private const int Question = 600;

    private int _notBefore;
    private int _knownWindow = int.MaxValue;

    /// <summary>The model, with the window that providers' errors have shown it to have.</summary>
    public ModelInfo Model => currentModel() is var model && model.ContextWindow > _knownWindow ? model with { ContextWindow = _knownWindow } : model;

    /// <summary>Compacts when the context is nearly full.</summary>
    public async Task CompactWhenFullAsync(RunContext run, CancellationToken cancellationToken)
    {
        if (!options.Enabled)
        {
            return;
        }

        var count = run.Conversation.Messages.Count;
        var most = ContextBudget.MostFor(Model, options);
        var isFull = Estimate(run) > most;
        if ((isFull || count >= options.TriggerMessages)
            && count >= _notBefore
            && !await CompactAsync(run, new Aim(most / 2, Model.ContextWindow, Continues: FitsWithQuestion(run), MaskMayDo: isFull), cancellationToken).ConfigureAwait(false))
        {
            // Trying again at every step would pay for a summary each time.
            _notBefore = count + Math.Max(2, options.KeepMessages / 2);
        }
    }

    /// <summary>Compacts now, though the context is not full. Returns false when nothing could be made shorter.</summary>
    public Task<bool> CompactNowAsync(RunContext run, CancellationToken cancellationToken) =>
        CompactAsync(run, new Aim(Math.Min(ContextBudget.MostFor(Model, options), Estimate(run)) / 2, Model.ContextWindow, Continues: FitsWithQuestion(run), MaskMayDo: true), cancellationToken);

    /// <summary>Compacts after a provider said that a request does not fit: to half of what it says that fits, else to a third of that
    /// request, as what is known of a window may be wrong. Returns false when nothing could be made shorter.</summary>
    public Task<bool> CompactAfterOverflowAsync(RunContext run, ModelException overflow, CancellationToken cancellationToken)
    {
        if (!options.Enabled)
        {
            return Task.FromResult(false);
        }

        var window = overflow.Model.Length == 0 ? Model.ContextWindow : Math.Min(Model.ContextWindow, findModel(overflow.Model).ContextWindow);
        var sent = Math.Min(window, run.Tokens.Estimate(run.Conversation.Chat) + overhead());
        var fits = overflow.Limit is { } limit && limit >= LeastWindow ? (int)Math.Min(sent, limit) : sent * 2 / 3;
        _knownWindow = Math.Max(LeastWindow, Math.Min(_knownWindow, fits));
        return CompactAsync(run, new Aim(fits / 2, fits, Continues: false, MaskMayDo: true), cancellationToken);
    }

    /// <summary>Takes the pictures out of the context. Returns false when there are none.</summary>
    public static async Task<bool> DropPicturesAsync(RunContext run, CancellationToken cancellationToken)
    {
        var messages = run.Conversation.Messages;
        if (!messages.Any(message => message.Content.Any(KeptContext.IsPicture)))
        {
            return false;
        }

        var dropped = NewEvent(run, [.. messages.Select(KeptContext.WithoutPictures)]) with { Kept = messages.Count, MessagesBeforeRun = run.Conversation.MessagesBeforeRun };
        await CommitAsync(run, dropped, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <param name="Target">The most that a request may have after, in tokens.</param>
    /// <param name="Window">What a model that is asked for a summary can take, in tokens.</param>
    /// <param name="Continues">Whether the question for a summary may follow the whole conversation.</param>
    /// <param name="MaskMayDo">Whether masking is enough when its outcome fits.</param>
    private readonly record struct Aim(int Target, int Window, bool Continues, bool MaskMayDo);

    private async Task<bool> CompactAsync(RunContext run, Aim aim, CancellationToken cancellationToken)
    {
        var conversation = run.Conversation;
        var room = Math.Max(LeastRoom, aim.Target - overhead());
        var carried = new CarriedWork(conversation.Todos, PlanOf(run), room / 3);
        var masked = ResultMask.Of(conversation, options, run.Tokens, room / 2, carried.IsWritingCall);
        if (aim.MaskMayDo && masked.Masked > 0 && masked.Tokens <= room)
        {
            var context = carried.IsIn(masked.Messages) ? masked.Messages : carried.PutBack(masked.Messages);
            await CommitComposedAsync(
                run,
                NewEvent(run, context) with { Kept = context.Count, Masked = masked.Masked, MessagesBeforeRun = conversation.MessagesBeforeRun },
                cancellationToken).ConfigureAwait(false);
            _notBefore = 0;
            return true;
        }

        room = Math.Max(LeastRoom, room - (carried.Chat is { } chat ? run.Tokens.Estimate(chat) : 0));
        var compacted = await ReplaceOlderAsync(run, aim, room, masked, carried, cancellationToken).ConfigureAwait(false);
        if (compacted.TokensAfter >= compacted.TokensBefore && compacted.Context.Count >= conversation.Messages.Count)
        {
            // It was paid for all the same.
            if (compacted.CostUsd > 0 || compacted.Usage.Unpriced > 0)
                await run.CommitAsync(new RunCommit { ChangeFacts = facts => RunFacts.Add(facts, compacted.Usage, compacted.CostUsd) }, cancellationToken).ConfigureAwait(false);
            return false;
        }

        await CommitComposedAsync(run, compacted, cancellationToken).ConfigureAwait(false);
        _notBefore = 0;
        return true;
    }

    /// <summary>The newest messages, behind a summary and the frame that stand for the others.</summary>
    private async Task<ContextCompacted> ReplaceOlderAsync(RunContext run, Aim aim, int room, ResultMask masked, CarriedWork carried, CancellationToken cancellationToken)
    {
        var conversation = run.Conversation;
        var kept = KeptContext.Choose(masked.Messages, options, run.Tokens, room / 2, carried.IsWritingCall);
        List<ContextMessage> context = [.. kept.Messages];
        var (usage, cost) = (new TokenUsage(), 0m);
        if (kept.From > 0)
        {
            var rest = Math.Max(LeastRoom / 2, room - kept.Tokens);
            var shown = kept.Messages.Where(message => message.Role == "user").SelectMany(message => message.Content).Select(block => block.Text).ToHashSet();
            ContentBlock? frame = options.CarryFrame ? FrameRendering.Write(conversation.Frame.Now, conversation.AnswerSchema, shown.Contains, rest * 2) : null;
            var forSummary = Math.Max(LeastRoom / 2, rest - (frame is null ? 0 : run.Tokens.Estimate(Conversation.ToChat(new ContextMessage { Role = "user", Content = [frame] }))));
            (var summary, usage, cost) = await new Summarizer(options.Summarize ? calls : null, ContextBudget.OutputOf(Model)).SummarizeAsync(
                [.. conversation.Messages.Take(kept.From)], aim.Continues, aim.Window, forSummary, cancellationToken).ConfigureAwait(false);
            context.Insert(0, new ContextMessage { Role = "user", Content = frame is null ? [summary] : [summary, frame] });
        }

        return NewEvent(run, carried.PutBack(context)) with
        {
            Usage = usage,
            CostUsd = cost,
            Masked = masked.Masked,
            Summarized = kept.From,
            Kept = kept.Messages.Count,
            MessagesBeforeRun = conversation.MessagesBeforeRun <= kept.From ? 0 : conversation.MessagesBeforeRun - kept.From + Math.Min(1, kept.From),
        };
    }

    /// <summary>The plan, as long as it counts.</summary>
    private static ContentBlock? PlanOf(RunContext run) => (run.Facts.Plan?.Stage, run.Conversation.Plan) switch
    {
        (PlanStage.Approved, { } plan) => MessageRendering.RenderPlan(plan.Content, isApproved: true),
        (PlanStage.Planning, { } plan) => MessageRendering.RenderPlan(plan.Content, isApproved: false),
        _ => null,
    };

    private static ContextCompacted NewEvent(RunContext run, IReadOnlyList<ContextMessage> context) => new()
    {
        System = run.Conversation.System ?? "",
        Workspace = run.Conversation.Workspace,
        Context = context,
        Step = run.Conversation.Step,
        FirstMessageOfRun = run.Conversation.FirstMessageOfRun,
        LastMessageId = run.Conversation.LastMessageId,
        AnswerSchema = run.Conversation.AnswerSchema,
        Judged = run.Conversation.Judged,
        Frame = run.Conversation.Frame.Now,
        TokensBefore = run.Tokens.Estimate(run.Conversation.Chat),
        TokensAfter = run.Tokens.Estimate([.. context.Select(Conversation.ToChat)]),
    };

    private async Task CommitComposedAsync(RunContext run, ContextCompacted compacted, CancellationToken cancellationToken)
    {
        if (compose is not null)
        {
            var system = await compose(run, cancellationToken).ConfigureAwait(false);
            compacted = compacted with { System = system, Workspace = run.Get<WorkspaceInUse>()?.Mark };
        }

        await CommitAsync(run, compacted, cancellationToken).ConfigureAwait(false);
    }

    private static Task CommitAsync(RunContext run, ContextCompacted compacted, CancellationToken cancellationToken) => run.CommitAsync(
        new RunCommit
        {
            Events = [compacted],
            ChangeFacts = facts => RunFacts.Add(facts, compacted.Usage, compacted.CostUsd) with { ContextStart = run.JournalEnd },
        },
        cancellationToken);

    /// <summary>With some to spare, as the newest messages are only estimated.</summary>
    private bool FitsWithQuestion(RunContext run)
    {
        var estimate = Estimate(run);
        var uncertain = estimate - Math.Min(estimate, run.Conversation.CountedTokens);
        return estimate + (uncertain / 4) + Question + Math.Min(Summarizer.MostOutput, ContextBudget.OutputOf(Model)) <= Model.ContextWindow;
    }

    private int Estimate(RunContext run)
    {
        var conversation = run.Conversation;
        return conversation.CountedMessages == 0
            ? overhead() + run.Tokens.Estimate(conversation.Chat)
            : (int)conversation.CountedTokens + conversation.Chat.Skip(conversation.CountedMessages).Sum(run.Tokens.Estimate);
    }
}
