namespace Drafthorse.Harness;

/// <summary>What a tool call can change. Decides what runs side by side and what may be repeated after a crash.</summary>
public enum ToolEffect
{
    /// <summary>Changes something outside the sandbox; never repeated (the default of a tool that does not say).</summary>
    External,

    /// <summary>Changes the sandbox; never repeated, its result is fetched by call id.</summary>
    Write,

    /// <summary>Changes nothing; runs side by side with other reads and again after a crash.</summary>
    Read,
}
