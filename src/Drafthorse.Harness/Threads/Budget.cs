namespace Drafthorse.Harness.Threads;

/// <summary>One limit that a model call must fit into: who pays, over which time, and how much.</summary>
/// <param name="Scope">What is limited, such as <c>thread:ID</c> or <c>user:github:octocat:2026-11-23</c>. A window is part of the name.</param>
/// <param name="Limit">The limit, in USD, or in tokens where the scope counts those.</param>
public sealed record BudgetLimit(string Scope, decimal Limit);

/// <summary>Sets an amount aside before a model call. Idempotent by <see cref="Id"/>: a known one, settled or not, changes nothing and
/// is granted, so a new call needs a new id.</summary>
public sealed record BudgetReservation
{
    /// <summary>Names the reservation: thread, token and step.</summary>
    public required string Id { get; init; }

    /// <summary>All limits that apply; the reservation is made in all of them or in none.</summary>
    public required IReadOnlyList<BudgetLimit> Limits { get; init; }

    /// <summary>The most the call can cost, in the unit of its limits.</summary>
    public required decimal Amount { get; init; }

    /// <summary>After this the reservation counts as spent in full, unless it was settled before; settling it later changes nothing.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>Whether a reservation was made, and the limit that refused it.</summary>
/// <param name="Granted">True when the amount is set aside.</param>
/// <param name="Refused">The first limit that had no room, or null.</param>
/// <param name="Spent">What is spent and reserved in that limit (when granted: in the first one, this amount included), in its unit.</param>
public sealed record BudgetDecision(bool Granted, BudgetLimit? Refused, decimal Spent);
