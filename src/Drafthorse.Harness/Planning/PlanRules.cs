using Drafthorse.Harness.Threads;
using Drafthorse.Sandbox.Search.Patterns;

namespace Drafthorse.Harness.Planning;

/// <summary>When a run's work has to be planned. Kept with the run.</summary>
internal sealed record PlanRules
{
    /// <summary>Why every task is planned first; null = not every one.</summary>
    public string? Always { get; init; }

    /// <summary>Paths that are changed by an approved plan only.</summary>
    public IReadOnlyList<string> Paths { get; init; } = [];

    /// <summary>With what a repository wants besides.</summary>
    public PlanRules With(bool always, IReadOnlyList<string> paths) =>
        this with { Always = Always ?? (always ? "this repository wants every task to be planned first" : null), Paths = paths };

    /// <summary>Those of the changed paths that need a plan which nobody has approved.</summary>
    public IReadOnlyList<string> Unplanned(ThreadFacts facts, IEnumerable<string> changed)
    {
        if (Paths.Count == 0 || facts.Plan is { Stage: PlanStage.Approved })
            return [];
        List<GlobPattern> patterns = [.. Paths.Select(path => GlobPattern.Of(path))];
        return [.. changed.Where(path => patterns.Exists(pattern => pattern.IsMatch(path)))];
    }
}
