using System.Globalization;
using Drafthorse.Harness.Diagnostics;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness;

/// <summary>Sets the most that a model call can cost aside before it, in every budget that applies, and settles it after. Models
/// without a price are counted in tokens instead.</summary>
internal sealed class BudgetGate(ThreadBudget budget, IThreadStore store, Func<IReadOnlyList<ModelInfo>> payable, Func<string, ModelInfo> findModel) : IAgentMiddleware
{
    /// <summary>Output tokens that are kept in reserve for a hand-over summary.</summary>
    public const int HandOverTokens = 4000;

    /// <summary>Longer than all attempts of a call together. A reservation that a dead process left counts as spent in any case.</summary>
    private static readonly TimeSpan ReservationLife = TimeSpan.FromHours(12);

    public async Task<ModelAnswer> OnModelCallAsync(ModelCall call, Func<ModelCall, CancellationToken, Task<ModelAnswer>> next, CancellationToken cancellationToken)
    {
        var input = call.Run.Tokens.Estimate(call.Messages, call.Options);
        var output = call.Options.MaxOutputTokens ?? int.MaxValue;
        var keepsReserve = call.Purpose != ModelCallPurpose.HandOver;
        var money = await ReserveAsync(call, call.Id, MostUsd(input, output), LimitsInUsd(call.Run), keepsReserve ? MostUsd(input, HandOverTokens) : 0, "USD", cancellationToken).ConfigureAwait(false);
        var tokens = false;
        var (usd, used) = (MostUsd(input, 0), MostTokens(input, 0));
        try
        {
            tokens = await ReserveAsync(call, TokensId(call), MostTokens(input, output), LimitsInTokens(call.Run), keepsReserve ? MostTokens(input, HandOverTokens) : 0, "tokens", cancellationToken).ConfigureAwait(false);
            var reply = await next(call, cancellationToken).ConfigureAwait(false);
            call.Run.Tokens.Calibrate(input, call.Tally.LastInput);
            (usd, used) = (reply.CostUsd, findModel(reply.Model).Price is null ? reply.Usage.Input + reply.Usage.Output : 0);
            return reply;
        }
        catch (Exception exception) when (exception is RunEndedException or ModelException { Kind: not (ModelErrorKind.Timeout or ModelErrorKind.Unavailable) })
        {
            // Refused requests are not billed; for one that may have been taken, the input is counted.
            (usd, used) = (0, 0);
            throw;
        }
        finally
        {
            if (call.Tally.HasBegun)
            {
                (usd, used) = (call.Tally.CostUsd, call.Tally.UnpricedTokens);
            }

            if (money)
            {
                await store.SettleAsync(call.Id, usd, CancellationToken.None).ConfigureAwait(false);
            }

            if (tokens)
            {
                await store.SettleAsync(TokensId(call), used, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Whether the budgets would pay for a call. Nothing stays set aside.</summary>
    public async Task<bool> CanPayAsync(ModelCall call, CancellationToken cancellationToken)
    {
        var input = call.Run.Tokens.Estimate(call.Messages, call.Options);
        var output = call.Options.MaxOutputTokens ?? int.MaxValue;
        var pays = true;
        foreach (var (id, amount, limits, handOver) in new[]
        {
            (call.Id, MostUsd(input, output), LimitsInUsd(call.Run), MostUsd(input, HandOverTokens)),
            (TokensId(call), MostTokens(input, output), LimitsInTokens(call.Run), MostTokens(input, HandOverTokens)),
        })
        {
            var decision = await AskAsync(call, id, amount, limits, handOver, cancellationToken).ConfigureAwait(false);
            if (decision?.Granted == true)
                await store.SettleAsync(id, 0, CancellationToken.None).ConfigureAwait(false);
            pays &= decision?.Granted != false;
        }

        return pays;
    }

    private async Task<bool> ReserveAsync(
        ModelCall call, string id, decimal amount, List<BudgetLimit> limits, decimal handOver, string unit, CancellationToken cancellationToken) =>
        await AskAsync(call, id, amount, limits, handOver, cancellationToken).ConfigureAwait(false) is { } decision
        && (decision.Granted ? true : throw Refused(decision, handOver, amount, unit));

    /// <summary>Asks the store to set an amount aside; null when nothing limits it.</summary>
    private async Task<BudgetDecision?> AskAsync(
        ModelCall call, string id, decimal amount, List<BudgetLimit> limits, decimal handOver, CancellationToken cancellationToken) =>
        amount == 0 || limits.Count == 0
            ? null
            : await store.ReserveAsync(
                new BudgetReservation
                {
                    Id = id,
                    Limits = [.. limits.Select(limit => limit with { Limit = limit.Limit - handOver })],
                    Amount = amount,
                    ExpiresAt = call.Run.TimeProvider.GetUtcNow() + ReservationLife,
                },
                cancellationToken).ConfigureAwait(false);

    private static string TokensId(ModelCall call) => $"{call.Id}:tokens";

    private decimal MostUsd(int inputTokens, int outputTokens) =>
        payable().Max(model => model.Price?.MostFor(inputTokens, Math.Min(outputTokens, model.MaxOutput)) ?? 0);

    private decimal MostTokens(int inputTokens, int outputTokens) =>
        payable().Max(model => model.Price is null ? (decimal)inputTokens + Math.Min(outputTokens, model.MaxOutput) : 0);

    private List<BudgetLimit> LimitsInUsd(RunContext run) => Set(
        ($"thread:{run.Thread.Id}", Lower(Lower(budget.CostUsd, run.BudgetUsd), run.Thread.Origin.MaxCostUsd)),
        ($"user:{run.Thread.Origin.User}:{DayOf(run)}", budget.UserPerDayUsd),
        ($"repository:{run.Thread.Origin.Repository?.Host}/{run.Thread.Origin.Repository?.FullName}:{DayOf(run)}", run.Thread.Origin.Repository is null ? null : budget.RepositoryPerDayUsd),
        ($"organization:{DayOf(run)}", budget.OrganizationPerDayUsd));

    private static decimal? Lower(decimal? one, decimal? other) => one is null || other < one ? other : one;

    private List<BudgetLimit> LimitsInTokens(RunContext run) => Set(
        ($"tokens:thread:{run.Thread.Id}", budget.UnpricedTokens),
        ($"tokens:user:{run.Thread.Origin.User}:{DayOf(run)}", budget.UserPerDayUnpricedTokens));

    private static List<BudgetLimit> Set(params ReadOnlySpan<(string Scope, decimal? Limit)> limits)
    {
        var set = new List<BudgetLimit>();
        foreach (var (scope, limit) in limits)
        {
            if (limit is { } amount)
            {
                set.Add(new BudgetLimit(scope, amount));
            }
        }

        return set;
    }

    private static string DayOf(RunContext run) => run.TimeProvider.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static RunEndedException Refused(BudgetDecision decision, decimal handOver, decimal amount, string unit)
    {
        var limit = decision.Refused!;
        AgentTelemetry.CountBudgetStop(limit.Scope);
        var reason = string.Create(
            CultureInfo.InvariantCulture,
            $"{BudgetWords.Of(limit.Scope)} is used up: {decision.Spent:0.##} of {limit.Limit + handOver:0.##} {unit} are spent or set aside, and the next model call could need {amount:0.00##}");
        return new RunEndedException(new RunOutcome { Status = ThreadStatus.Stopped, Reason = reason, Failure = FailureKind.Limit });
    }
}
