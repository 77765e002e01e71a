namespace Drafthorse.Harness;

/// <summary>How long one run may go on.</summary>
public sealed class ModelCallLimit
{
    /// <summary>Most model calls in one run (default 200).</summary>
    public int MaxCalls { get; set; } = 200;

    /// <summary>Most wall-clock time of one run (default 4 hours).</summary>
    public TimeSpan MaxDuration { get; set; } = TimeSpan.FromHours(4);

    /// <summary>Identical tool calls in a row, or rounds of a cycle of them, after which the model is warned (default 3).</summary>
    public int WarnAfterIdenticalCalls { get; set; } = 3;

    /// <summary>Identical tool calls in a row, or rounds of a cycle of them, after which the run is stopped (default 5).</summary>
    public int StopAfterIdenticalCalls { get; set; } = 5;

    /// <summary>Wrong calls of one tool in a row (arguments, names, text that is not in the file) after which the run is stopped (default 10).</summary>
    public int StopAfterFailedCalls { get; set; } = 10;

    /// <summary>The most steps of a cycle that is noticed (default 4; 1 = only identical steps in a row; 0 = none).</summary>
    public int LongestCycle { get; set; } = 4;

    /// <summary>Steps in a row without a result that the run has not seen and without a changed file, after which the model is warned
    /// (default 12; 0 = they are not counted).</summary>
    public int WarnAfterStepsWithoutProgress { get; set; } = 12;

    /// <summary>Such steps after which the run is stopped (default 24).</summary>
    public int StopAfterStepsWithoutProgress { get; set; } = 24;
}
