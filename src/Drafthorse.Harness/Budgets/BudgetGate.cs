using System.Globalization;
using Drafthorse.Harness.Middleware;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Budgets;

/// <summary>Sets the most that a model call can cost aside before it, in every budget that applies, and settles it after.</summary>
internal sealed class BudgetGate(ThreadBudget budget, IThreadStore store, IReadOnlyList<ModelInfo> models) : IAgentMiddleware
{
    /// <summary>Output tokens that are kept in reserve for a hand-over summary.</summary>
    public const int HandOverTokens = 2000;

    private static readonly TimeSpan ReservationLife = TimeSpan.FromMinutes(30);

    public async Task<ModelAnswer> OnModelCallAsync(ModelCall call, Func<ModelCall, CancellationToken, Task<ModelAnswer>> next, CancellationToken cancellationToken)
    {
        var input = call.Run.Tokens.Estimate(call.Messages, call.Options);
        var reserve = call.Purpose == ModelCallPurpose.HandOver ? 0 : MostFor(input, HandOverTokens);
        var limits = LimitsOf(call.Run, reserve);
        var amount = MostFor(input, call.Options.MaxOutputTokens ?? int.MaxValue);
        if (amount == 0 || limits.Count == 0)
        {
            return await next(call, cancellationToken).ConfigureAwait(false);
        }

        var decision = await store.ReserveAsync(
            new BudgetReservation
            {
                Id = call.Id,
                Limits = limits,
                AmountUsd = amount,
                ExpiresAt = call.Run.TimeProvider.GetUtcNow() + ReservationLife,
            },
            cancellationToken).ConfigureAwait(false);
        if (!decision.Granted)
        {
            throw Refused(decision, reserve);
        }

        var spent = MostFor(input, 0);
        try
        {
            var reply = await next(call, cancellationToken).ConfigureAwait(false);
            spent = reply.CostUsd;
            return reply;
        }
        catch (ModelException exception) when (exception.Kind is not (ModelErrorKind.Timeout or ModelErrorKind.Unavailable))
        {
            // Refused requests are not billed; for one that broke off, the input is counted.
            spent = 0;
            throw;
        }
        finally
        {
            await store.SettleAsync(call.Id, spent, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private decimal MostFor(int inputTokens, int outputTokens) =>
        models.Count == 0 ? 0 : models.Max(model => model.Price?.MostFor(inputTokens, Math.Min(outputTokens, model.MaxOutput)) ?? 0);

    private List<BudgetLimit> LimitsOf(RunContext run, decimal reserve)
    {
        var day = run.TimeProvider.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var origin = run.Thread.Origin;
        (string Scope, decimal? Limit)[] all =
        [
            ($"thread:{run.Thread.Id}", budget.CostUsd),
            ($"user:{origin.User}:{day}", budget.UserPerDayUsd),
            ($"repository:{origin.Repository?.Host}/{origin.Repository?.FullName}:{day}", origin.Repository is null ? null : budget.RepositoryPerDayUsd),
            ($"organization:{day}", budget.OrganizationPerDayUsd),
        ];
        return [.. all.Where(limit => limit.Limit is not null).Select(limit => new BudgetLimit(limit.Scope, limit.Limit!.Value - reserve))];
    }

    private static RunEndedException Refused(BudgetDecision decision, decimal reserve)
    {
        var limit = decision.Refused!;
        var reason = string.Create(
            CultureInfo.InvariantCulture,
            $"the budget {limit.Scope} is used up: {decision.SpentUsd:0.00##} of {limit.LimitUsd + reserve:0.00##} USD are spent or set aside");
        return new RunEndedException(new RunOutcome { Status = ThreadStatus.Stopped, Reason = reason, Failure = FailureKind.Limit });
    }
}
