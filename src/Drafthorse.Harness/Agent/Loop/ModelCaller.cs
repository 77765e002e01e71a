using Drafthorse.Harness.Models;
using Drafthorse.Harness.Models.Replies;
using Drafthorse.Harness.Models.Resilience;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Agent.Loop;

/// <summary>Calls the model for a run, through the middleware.</summary>
internal sealed class ModelCaller(
    RunContext run,
    RunModels models,
    Func<string, ModelInfo> findModel,
    Func<ChatOptions> stepOptions,
    IReadOnlyList<IAgentMiddleware> middleware)
{
    private int _calls;

    /// <summary>The next step of the task.</summary>
    public Task<ModelAnswer> CallStepAsync(CancellationToken cancellationToken) =>
        CallAsync(ModelCallPurpose.Step, run.Conversation.Chat, stepOptions(), cancellationToken);

    /// <summary>The last words of a run that is stopped. Begins as a step does, tools included, so that the prompt cache is hit.</summary>
    public Task<ModelAnswer> CallLastWordsAsync(int maxOutputTokens, CancellationToken cancellationToken)
    {
        var options = stepOptions();
        options.MaxOutputTokens = Math.Min(maxOutputTokens, options.MaxOutputTokens ?? maxOutputTokens);
        options.ResponseFormat = null;
        return CallAsync(ModelCallPurpose.HandOver, run.Conversation.Chat, options, cancellationToken);
    }

    /// <summary>A summary of the conversation, asked for as its next message: it begins as a step does, so that the prompt cache is hit.</summary>
    public Task<ModelAnswer> CallSummaryAsync(ChatMessage question, CancellationToken cancellationToken)
    {
        var options = stepOptions();
        options.MaxOutputTokens = Math.Min(Summarizer.MostOutput, options.MaxOutputTokens ?? Summarizer.MostOutput);
        options.ResponseFormat = null;
        return CallAsync(ModelCallPurpose.Summary, [.. run.Conversation.Chat, question], options, cancellationToken);
    }

    /// <summary>A call of code's own, beside the conversation.</summary>
    public Task<ModelAnswer> CallAsync(ModelCallPurpose purpose, IReadOnlyList<ChatMessage> messages, ChatOptions options, CancellationToken cancellationToken) =>
        InvokeAsync(0, NewCall(purpose, messages, options), cancellationToken);

    /// <summary>Whether the budgets would pay for the next step.</summary>
    public Task<bool> CanPayStepAsync(BudgetGate budgets, CancellationToken cancellationToken) =>
        budgets.CanPayAsync(NewCall(ModelCallPurpose.Step, run.Conversation.Chat, stepOptions()), cancellationToken);

    private ModelCall NewCall(ModelCallPurpose purpose, IReadOnlyList<ChatMessage> messages, ChatOptions options)
    {
        var system = run.Conversation.SystemChat;
        return new ModelCall
        {
            Run = run,
            Id = $"{run.Thread.Id}:{run.Lease.Token}:{++_calls}",
            Messages = string.IsNullOrEmpty(system?.Text) ? messages : [system, .. messages],
            Options = options,
            Purpose = purpose,
        };
    }

    private Task<ModelAnswer> InvokeAsync(int index, ModelCall call, CancellationToken cancellationToken) =>
        index == middleware.Count
            ? StreamAsync(call, cancellationToken)
            : middleware[index].OnModelCallAsync(call, (next, token) => InvokeAsync(index + 1, next, token), cancellationToken);

    private async Task<ModelAnswer> StreamAsync(ModelCall call, CancellationToken cancellationToken)
    {
        var reply = new ModelReplyBuilder(call.Options.MaxOutputTokens);
        var (client, name) = models.For(call.Purpose);
        try
        {
            await foreach (var update in client.GetStreamingResponseAsync(call.Messages, call.Options, cancellationToken).ConfigureAwait(false))
            {
                reply.Add(update);
                if (call.Purpose == ModelCallPurpose.Step)
                {
                    Show(update);
                }
            }
        }
        catch (Exception exception)
        {
            Settle(call, name, reply.Attempts((exception as ModelException)?.Model ?? ""));
            throw;
        }

        var answer = reply.Build();
        Settle(call, name, answer.Attempts);
        return AnswerReader.Read(answer, answer.Model.Length > 0 ? answer.Model : name, call.Tally);
    }

    private void Settle(ModelCall call, string name, IReadOnlyList<ModelAttempt> attempts)
    {
        foreach (var attempt in attempts)
        {
            var usage = UsageSettlement.Settle(attempt.Reported, run.Tokens.Estimate(call.Messages, call.Options), run.Tokens.EstimateBytes(attempt.ReceivedBytes));
            call.Tally.Add(usage, findModel(attempt.Model.Length > 0 ? attempt.Model : name).Price?.CostOf(usage));
        }
    }

    private void Show(ChatResponseUpdate update)
    {
        if (update.AdditionalProperties?.GetValueOrDefault(ModelProperties.Restart) is string reason)
        {
            var retry = update.AdditionalProperties.GetValueOrDefault(ModelProperties.Retry) as ModelRetry;
            run.Publish(new TextRestarted { ThreadId = run.Thread.Id, Reason = reason, Attempt = retry?.Attempt ?? 0, MaxAttempts = retry?.MaxAttempts ?? 0, Wait = retry?.Wait ?? default });
        }

        if (update.Text.Length > 0)
        {
            run.Publish(new TextDelta { ThreadId = run.Thread.Id, Text = update.Text });
        }
    }
}
