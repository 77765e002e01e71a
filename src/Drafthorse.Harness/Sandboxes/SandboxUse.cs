namespace Drafthorse.Harness.Sandboxes;

/// <summary>What a sandbox takes of its machine.</summary>
/// <param name="IsBusy">Whether any process beside <c>sandboxd</c> is there.</param>
/// <param name="MemoryBytes">Bytes of memory that stopping it would give back; 0 where nobody can tell.</param>
public sealed record SandboxUse(bool IsBusy, long MemoryBytes);
