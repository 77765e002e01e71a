using Drafthorse.Evaluation.Statistics;

namespace Drafthorse.Evaluation.Reports;

/// <summary>What an evaluation found, before it is written down in one form or another.</summary>
internal sealed record EvalReport
{
    public required string Suite { get; init; }

    public required int Repeat { get; init; }

    /// <summary>The kind of sandbox.</summary>
    public required string Sandbox { get; init; }

    /// <summary>Whether agents could not look at this machine, and so not at the checks.</summary>
    public required bool IsIsolated { get; init; }

    public required DateTimeOffset At { get; init; }

    public required IReadOnlyList<VariantScore> Variants { get; init; }

    /// <summary>Tasks that could not be used, and why.</summary>
    public required IReadOnlyList<(string Task, string Why)> Problems { get; init; }

    /// <summary>The comparison, when there are two settings.</summary>
    public Comparison? Compared => Variants is [var first, var second] ? Comparison.Of(first, second) : null;
}
