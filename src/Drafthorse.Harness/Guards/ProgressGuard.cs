using Drafthorse.Harness.Todos;

namespace Drafthorse.Harness.Guards;

/// <summary>
/// Counts steps in a row that brought nothing: no result that the run has not seen, and no changed file. What shell commands did to the work
/// tree is looked at only when the count has come far.
/// </summary>
/// <param name="limit">From how many steps on.</param>
/// <param name="readTree">The work tree's state, or null where nobody can say.</param>
internal sealed class ProgressGuard(ModelCallLimit limit, Func<CancellationToken, Task<string?>> readTree)
{
    private const string Shell = "execute";
    private const int FirstLook = 4;

    private readonly HashSet<int> _seen = [];
    private int _steps;
    private bool _usedShell;
    private string? _tree;

    /// <summary>Takes note of a step's calls with their results and says what to do about them.</summary>
    public async Task<LoopVerdict> ObserveAsync(IReadOnlyList<StepCall> calls, CancellationToken cancellationToken)
    {
        var (warn, stop) = (limit.WarnAfterStepsWithoutProgress, limit.StopAfterStepsWithoutProgress);
        if (warn == 0 || calls.Count == 0)
            return LoopVerdict.GoOn;
        _usedShell |= calls.Any(call => call.Tool == Shell);
        // Each of them is looked at, as each result is known from now on.
        if (calls.Aggregate(false, (found, call) => IsProgress(call) || found))
            return Begin();
        _steps++;
        if (_usedShell && (_steps == Math.Min(FirstLook, warn) || _steps == warn || _steps == stop) && await HasTreeChangedAsync(cancellationToken).ConfigureAwait(false))
            return Begin();
        return _steps >= stop ? LoopVerdict.Stop : _steps == warn ? LoopVerdict.Warn : LoopVerdict.GoOn;
    }

    private LoopVerdict Begin()
    {
        (_steps, _usedShell) = (0, false);
        return LoopVerdict.GoOn;
    }

    private bool IsProgress(StepCall call)
    {
        if (call.IsError || call.Tool == TodoWriteTool.ToolName)
            return false;
        return (call.Effect == ToolEffect.Write && call.Tool is not (Shell or "execute_kill"))
            | _seen.Add(ResultKey.Of(call.Result).GetHashCode(StringComparison.Ordinal));
    }

    /// <summary>Where nobody can say, a command may have done anything.</summary>
    private async Task<bool> HasTreeChangedAsync(CancellationToken cancellationToken)
    {
        var (before, now) = (_tree, await readTree(cancellationToken).ConfigureAwait(false));
        _tree = now;
        return now is null || (before is not null && now != before);
    }
}

/// <summary>A call of a step with its result.</summary>
internal sealed record StepCall(string Tool, ToolEffect Effect, string Result, bool IsError);
