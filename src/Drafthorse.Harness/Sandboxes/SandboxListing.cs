using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Sandboxes;

/// <summary>A sandbox that a backend found.</summary>
/// <param name="Sandbox">Its record.</param>
/// <param name="ThreadId">The thread it was started for.</param>
/// <param name="CreatedAt">When it was started first.</param>
/// <param name="Status">How it stands.</param>
public sealed record SandboxListing(SandboxRecord Sandbox, ThreadId ThreadId, DateTimeOffset CreatedAt, SandboxStatus Status);
