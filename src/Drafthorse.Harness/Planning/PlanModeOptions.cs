namespace Drafthorse.Harness;

/// <summary>Plan mode: the model looks and thinks, a person approves its plan, then it works.</summary>
public sealed class PlanModeOptions
{
    /// <summary>Whether the agent has plan mode and its tools (default true).</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Whether each new task begins in plan mode (default false).</summary>
    public bool Always { get; set; }
}
