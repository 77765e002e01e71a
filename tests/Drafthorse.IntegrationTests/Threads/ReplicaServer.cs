using Drafthorse.Harness.Threads;

namespace Drafthorse.IntegrationTests.Threads;

/// <summary>A store's server as its replicas see it.</summary>
/// <param name="Open">Opens the store as one more replica.</param>
/// <param name="CrashAsync">Ends the server as a crash would and starts it again.</param>
/// <param name="Owned">What ends with it.</param>
internal sealed record ReplicaServer(Func<IThreadStore> Open, Func<Task> CrashAsync, IAsyncDisposable? Owned) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Owned?.DisposeAsync() ?? ValueTask.CompletedTask;
}
