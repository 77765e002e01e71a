using Drafthorse.Evaluation.Runs;

namespace Drafthorse.Evaluation;

/// <summary>What a person asks of an evaluation.</summary>
internal sealed record EvalOptions
{
    /// <summary>The folder of tasks.</summary>
    public required string Tasks { get; init; }

    /// <summary>The settings: one, or two to compare.</summary>
    public required IReadOnlyList<Variant> Variants { get; init; }

    /// <summary>Repetitions of each task.</summary>
    public int Repeat { get; init; } = 3;

    /// <summary>Repetitions at the same time.</summary>
    public int Parallel { get; init; } = 2;

    /// <summary>The kind of sandbox; null: the settings' one, else the best isolated one.</summary>
    public string? Sandbox { get; init; }

    /// <summary>Where the results go; null: <c>eval-results/NAME</c> in the current folder.</summary>
    public string? Output { get; init; }

    /// <summary>The folder with clones of repositories that tasks name, or null.</summary>
    public string? Repositories { get; init; }

    /// <summary>The least pass rate of each setting, from 0 to 1; null: any will do.</summary>
    public double? MinPass { get; init; }
}
