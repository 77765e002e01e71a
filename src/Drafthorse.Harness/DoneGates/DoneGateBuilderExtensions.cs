using Drafthorse.Harness.DoneGates;

namespace Drafthorse.Harness;

/// <summary>Adds the done gate to an agent.</summary>
public static class DoneGateBuilderExtensions
{
    /// <summary>Judges a reply without tool calls by what code sees (verify commands, to-dos, background commands) before it ends a run that
    /// changed files, and tells the model once what is open. Throws <see cref="ArgumentOutOfRangeException"/>.</summary>
    public static HarnessAgentBuilder UseDoneGate(this HarnessAgentBuilder builder, DoneGateOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Use(new DoneGateMiddleware((options ?? new DoneGateOptions()).Check()));
    }
}
