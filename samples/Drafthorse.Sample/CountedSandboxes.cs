using Drafthorse.Harness;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Sample;

/// <summary>A backend of one's own by decoration: any other kind, with its starts counted.</summary>
public sealed class CountedSandboxes(FilesystemSpec inner) : FilesystemSpec
{
    private int _started;

    /// <summary>How many sandboxes were started.</summary>
    public int Started => _started;

    /// <inheritdoc />
    public override ISandboxBackend CreateBackend(TimeProvider timeProvider) => new Backend(this, inner.CreateBackend(timeProvider));

    private sealed class Backend(CountedSandboxes counted, ISandboxBackend inner) : ISandboxBackend
    {
        public string Kind => inner.Kind;

        public bool IsIsolated => inner.IsIsolated;

        public Task<SandboxAvailability> CheckAsync(CancellationToken cancellationToken) => inner.CheckAsync(cancellationToken);

        public Task<SandboxRecord> StartAsync(SandboxStart start, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref counted._started);
            return inner.StartAsync(start, cancellationToken);
        }

        public Task<Stream> AttachAsync(SandboxRecord sandbox, CancellationToken cancellationToken) => inner.AttachAsync(sandbox, cancellationToken);

        public Task<SandboxStatus> InspectAsync(SandboxRecord sandbox, CancellationToken cancellationToken) => inner.InspectAsync(sandbox, cancellationToken);

        public Task PauseAsync(SandboxRecord sandbox, CancellationToken cancellationToken) => inner.PauseAsync(sandbox, cancellationToken);

        public Task StopAsync(SandboxRecord sandbox, CancellationToken cancellationToken) => inner.StopAsync(sandbox, cancellationToken);

        public Task<SandboxUse> MeasureAsync(SandboxRecord sandbox, CancellationToken cancellationToken) => inner.MeasureAsync(sandbox, cancellationToken);

        public Task RemoveAsync(SandboxRecord sandbox, CancellationToken cancellationToken) => inner.RemoveAsync(sandbox, cancellationToken);

        public Task<IReadOnlyList<SandboxListing>> ListAsync(CancellationToken cancellationToken) => inner.ListAsync(cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
