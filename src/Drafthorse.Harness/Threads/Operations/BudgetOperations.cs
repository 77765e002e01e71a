namespace Drafthorse.Harness.Threads.Operations;

/// <summary>Money, or tokens, set aside before a model call and settled after it. A scope's total holds both, so an expired reservation
/// needs no further step to count as spent.</summary>
internal static class BudgetOperations
{
    public static BudgetDecision Reserve(StoreTables tables, BudgetReservation reservation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(reservation.Amount);
        var first = reservation.Limits.Count == 0 ? null : reservation.Limits[0];
        if (tables.FindReservation(reservation.Id) is not null)
        {
            return new BudgetDecision(true, null, first is null ? 0 : tables.Spent(first.Scope));
        }

        foreach (var limit in reservation.Limits)
        {
            var spent = tables.Spent(limit.Scope);
            if (spent + reservation.Amount > limit.Limit)
            {
                return new BudgetDecision(false, limit, spent);
            }
        }

        var scopes = reservation.Limits.Select(limit => limit.Scope).Distinct().ToList();
        Charge(tables, scopes, reservation.Amount);
        tables.Put(new ReservationRow(reservation.Id, reservation.Amount, reservation.ExpiresAt.ToUnixTimeMilliseconds(), scopes));
        return new BudgetDecision(true, null, first is null ? 0 : tables.Spent(first.Scope));
    }

    public static bool Settle(StoreTables tables, string reservationId, decimal spent)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(spent);
        if (tables.FindReservation(reservationId) is not { Settled: false } reservation || reservation.ExpiresAt <= tables.Now)
        {
            return false;
        }

        Charge(tables, reservation.Scopes, spent - reservation.Amount);
        reservation.Settled = true;
        tables.Put(reservation);
        return true;
    }

    private static void Charge(StoreTables tables, IReadOnlyList<string> scopes, decimal amount)
    {
        foreach (var scope in scopes)
        {
            tables.PutSpent(scope, tables.Spent(scope) + amount);
        }
    }
}
