using Drafthorse.Harness.Threads;
using Drafthorse.Sandbox;

namespace Drafthorse.Harness.Sandboxes;

/// <summary>A run's hold on its thread's sandbox. Disposing it lets go: the sandbox stays warm for the next run.</summary>
public sealed class SandboxSession : IAsyncDisposable
{
    private readonly Func<CancellationToken, Task<SandboxClient>> _attach;
    private readonly Action<SandboxSession> _released;
    private readonly SemaphoreSlim _attaching = new(1, 1);
    private SandboxClient _client;

    internal SandboxSession(
        SandboxRecord sandbox, AcquirePath path, SandboxClient client, Func<CancellationToken, Task<SandboxClient>> attach, Action<SandboxSession> released)
    {
        Sandbox = sandbox;
        Path = path;
        _client = client;
        _attach = attach;
        _released = released;
    }

    /// <summary>The record to keep in the thread's facts.</summary>
    public SandboxRecord Sandbox { get; }

    /// <summary>How it was acquired.</summary>
    public AcquirePath Path { get; }

    /// <summary>The client to use for the next call. When the stream was lost it attaches again; commands that were running go on,
    /// and their results are collected by call id. Throws <see cref="SandboxException"/>: gone, unreachable, or superseded by a
    /// newer owner.</summary>
    public ValueTask<SandboxClient> GetClientAsync(CancellationToken cancellationToken)
    {
        var client = Volatile.Read(ref _client);
        return client.Connection.Error is null ? ValueTask.FromResult(client) : new ValueTask<SandboxClient>(AttachAgainAsync(cancellationToken));
    }

    /// <summary>Closes the stream; what runs inside goes on.</summary>
    public async ValueTask DisposeAsync()
    {
        _released(this);
        await _client.DisposeAsync().ConfigureAwait(false);
        _attaching.Dispose();
    }

    private async Task<SandboxClient> AttachAgainAsync(CancellationToken cancellationToken)
    {
        await _attaching.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_client.Connection.Error is not { } lost)
                return _client;
            if (SandboxPool.IsSuperseded(lost))
                throw new SandboxException(SandboxProblem.Superseded, "a newer owner has attached to the sandbox", lost);

            var client = await _attach(cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _client, client);
            return client;
        }
        finally
        {
            _attaching.Release();
        }
    }
}
