using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Runs;

/// <summary>
/// Runs a claimed thread to its end and says how to release it. Stops at once when <see cref="RunLease.Lost"/> is cancelled.
/// When <paramref name="draining"/> is cancelled it finishes the current step and returns <see cref="ThreadStatus.Queued"/>, so that
/// another replica goes on. An exception fails the run: its people are told by code.
/// </summary>
public delegate Task<ReleaseRequest> ThreadRunner(RunLease lease, CancellationToken draining);
