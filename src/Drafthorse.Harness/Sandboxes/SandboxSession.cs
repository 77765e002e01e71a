using Drafthorse.Harness.Threads;
using Drafthorse.Sandbox;
using Drafthorse.Sandbox.Wire;

namespace Drafthorse.Harness.Sandboxes;

/// <summary>A run's hold on its thread's sandbox. Disposing it lets go: the sandbox stays warm for the next run.</summary>
public sealed class SandboxSession : IAsyncDisposable
{
    private readonly Func<CancellationToken, Task<SandboxClient>> _attach;
    private readonly Func<CancellationToken, Task> _stop;
    private readonly Action<SandboxSession> _released;
    private readonly SandboxPoolOptions _options;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _attaching = new(1, 1);
    private readonly CancellationTokenSource _disposed = new();
    private readonly Task _watching;
    private SandboxClient _client;

    internal SandboxSession(
        SandboxRecord sandbox,
        AcquirePath path,
        SandboxClient client,
        Func<CancellationToken, Task<SandboxClient>> attach,
        Func<CancellationToken, Task> stop,
        Action<SandboxSession> released,
        SandboxPoolOptions options,
        TimeProvider time)
    {
        _options = options;
        _time = time;
        Sandbox = sandbox;
        Path = path;
        _client = client;
        _attach = attach;
        _stop = stop;
        _released = released;
        _watching = WatchAsync();
    }

    /// <summary>The record to keep in the thread's facts.</summary>
    public SandboxRecord Sandbox { get; }

    /// <summary>How it was acquired.</summary>
    public AcquirePath Path { get; }

    /// <summary>What is needed for as long as the sandbox is held, and goes with the hold; or null.</summary>
    internal IAsyncDisposable? Gate { get; set; }

    /// <summary>The client to use for the next call. When the stream was lost it attaches again; commands that were running go on,
    /// and their results are collected by call id. Throws <see cref="SandboxException"/>: gone, unreachable, or superseded by a
    /// newer owner.</summary>
    public ValueTask<SandboxClient> GetClientAsync(CancellationToken cancellationToken)
    {
        var client = Volatile.Read(ref _client);
        return client.Connection.Error is null ? ValueTask.FromResult(client) : new ValueTask<SandboxClient>(AttachAgainAsync(cancellationToken));
    }

    /// <summary>Ends every process in the sandbox but <c>sandboxd</c>, at the end of a run: nobody waits for them any more. A sandbox that
    /// does not do it is stopped. Throws <see cref="SandboxException"/> as <see cref="GetClientAsync"/> does.</summary>
    public async Task EndCommandsAsync(CancellationToken cancellationToken)
    {
        if (!await TryEndCommandsAsync(cancellationToken).ConfigureAwait(false))
            await _stop(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Closes the stream; what runs inside goes on.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed.IsCancellationRequested)
            return;
        _released(this);
        await _disposed.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(false);
        await _client.DisposeAsync().ConfigureAwait(false);
        if (Gate is { } gate)
            await gate.DisposeAsync().ConfigureAwait(false);
        _attaching.Dispose();
        _disposed.Dispose();
    }

    /// <summary>Ends a connection that nobody answers on any more: an engine that froze, a daemon that was stopped. Calls that wait
    /// there fail then, instead of waiting for ever.</summary>
    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(_options.HeartbeatInterval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_disposed.Token).ConfigureAwait(false))
                await AskAsync(Volatile.Read(ref _client)).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The session has ended.
        }
    }

    private async Task<bool> TryEndCommandsAsync(CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(_options.EndTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            var client = await GetClientAsync(either.Token).ConfigureAwait(false);
            return await client.Commands.EndAllAsync(either.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is WireException or SandboxCallException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task AskAsync(SandboxClient client)
    {
        using var silent = new CancellationTokenSource(_options.HeartbeatTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silent.Token, _disposed.Token);
        try
        {
            await client.PingAsync(either.Token).ConfigureAwait(false);
        }
        catch (WireException)
        {
            // It is lost already; whoever needs it next attaches again.
        }
        catch (OperationCanceledException) when (silent.IsCancellationRequested)
        {
            await client.Connection.CloseAsync("silent", $"The sandbox did not answer within {_options.HeartbeatTimeout.TotalSeconds:0} s.").ConfigureAwait(false);
        }
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
