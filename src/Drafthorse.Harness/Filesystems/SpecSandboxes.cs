using Drafthorse.Harness.Egress;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Threads;
using Drafthorse.Sandbox.Doors;
using Drafthorse.Sandbox.Wire;
using Microsoft.Extensions.Logging;

namespace Drafthorse.Harness;

/// <summary>Gives runs their sandboxes as a spec says.</summary>
internal sealed class SpecSandboxes : IAsyncDisposable
{
    private readonly FilesystemSpec _spec;
    private readonly SandboxPool _pool;
    private readonly IThreadStore _store;
    private bool _isReady;

    /// <summary>Throws <see cref="NotSupportedException"/> for an isolation scope that there is not.</summary>
    public SpecSandboxes(FilesystemSpec spec, IThreadStore store, TimeProvider timeProvider, ILoggerFactory loggers)
    {
        if (spec.IsolationScope != IsolationScope.Session)
        {
            throw new NotSupportedException($"IsolationScope.{spec.IsolationScope} is not supported yet: each thread has a sandbox of its own (IsolationScope.Session).");
        }

        _spec = spec;
        _store = store;
        _pool = new SandboxPool(spec.CreateBackend(timeProvider), spec.Lifetimes, timeProvider, loggers.CreateLogger<SandboxPool>());
    }

    /// <summary>Acquires the sandbox of a run. Throws <see cref="SandboxException"/>.</summary>
    public async Task<SandboxSession> AcquireAsync(RunContext run, CancellationToken cancellationToken)
    {
        if (!_isReady)
        {
            var availability = await _pool.Backend.CheckAsync(cancellationToken).ConfigureAwait(false);
            _isReady = availability.Ready ? true : throw new SandboxException(SandboxProblem.NotReady, availability.Detail);
        }

        var request = new SandboxRequest
        {
            ThreadId = run.Thread.Id,
            Token = run.Lease.Token,
            Sandbox = run.Facts.Sandbox,
            Environment = _spec.Environment,
            HostMethods = _spec.Egress is { } gate && _pool.Backend.IsIsolated ? Doors(gate, run) : null,
        };
        return await _pool.AcquireAsync(request, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _pool.StopUsedAsync(_store, CancellationToken.None).ConfigureAwait(false);
        await _pool.Backend.DisposeAsync().ConfigureAwait(false);
    }

    private static WireHandlers Doors(EgressGate gate, RunContext run) =>
        new WireHandlers().AddTunnels(gate.Open(run.Thread.Id, null, new Dictionary<string, Func<Stream, CancellationToken, Task>>()).ServeAsync);
}
