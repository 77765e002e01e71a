namespace Drafthorse.Sandbox.Wire;

/// <summary>Which end of a wire this is. The ends differ only in the ids of the streams they open.</summary>
internal enum WireSide
{
    /// <summary>The end that owns the agent; opens odd ids.</summary>
    Host,

    /// <summary>The end inside the sandbox; opens even ids.</summary>
    Daemon,
}
