using Drafthorse.Harness.Egress;
using Drafthorse.Harness.Sandboxes;

namespace Drafthorse.Harness;

/// <summary>Where an agent's tools act: the kind of sandbox, and what it may do.</summary>
public abstract class FilesystemSpec
{
    /// <summary>Who shares a sandbox (default <see cref="IsolationScope.Session"/>; no other is supported yet).</summary>
    public IsolationScope IsolationScope { get; init; }

    /// <summary>The way out of an isolated sandbox; null (default) = it reaches nothing. The local kind has the machine's own network.</summary>
    public EgressGate? Egress { get; init; }

    /// <summary>Environment of everything that runs in a fresh sandbox. Never a secret.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>How long sandboxes are waited for, and kept after a run.</summary>
    public SandboxPoolOptions Lifetimes { get; init; } = new();

    /// <summary>Makes the backend, once for each agent, which disposes of it. Starts nothing.</summary>
    public abstract ISandboxBackend CreateBackend(TimeProvider timeProvider);
}
