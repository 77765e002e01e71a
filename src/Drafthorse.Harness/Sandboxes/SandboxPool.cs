using System.Collections.Concurrent;
using System.Security.Cryptography;
using Drafthorse.Harness.Threads;
using Drafthorse.Sandbox;
using Drafthorse.Sandbox.Daemon;
using Drafthorse.Sandbox.Wire;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drafthorse.Harness.Sandboxes;

/// <summary>
/// The sandboxes of one backend: hands a run its thread's own one, warm, resumed or fresh, and sweeps away those that nobody will
/// ask for again.
/// </summary>
public sealed partial class SandboxPool
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMilliseconds(500);

    private readonly SandboxPoolOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<SandboxSession, string> _held = new();
    private readonly ConcurrentDictionary<string, (SandboxRecord Sandbox, ThreadId Thread)> _used = new();

    /// <summary>A pool over a backend, which stays the caller's.</summary>
    public SandboxPool(ISandboxBackend backend, SandboxPoolOptions? options = null, TimeProvider? timeProvider = null, ILogger<SandboxPool>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(backend);
        Backend = backend;
        _options = options ?? new SandboxPoolOptions();
        _time = timeProvider ?? TimeProvider.System;
        _logger = logger ?? NullLogger<SandboxPool>.Instance;
    }

    /// <summary>The kind of sandbox.</summary>
    public ISandboxBackend Backend { get; }

    /// <summary>
    /// Attaches to the thread's sandbox, starting it again or making a fresh one where it is stopped or gone. One that is
    /// unreachable is never replaced. Throws <see cref="SandboxException"/>.
    /// </summary>
    public async Task<SandboxSession> AcquireAsync(SandboxRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var began = _time.GetTimestamp();
        var path = await ChoosePathAsync(request.Sandbox, cancellationToken).ConfigureAwait(false);
        var sandbox = request.Sandbox;
        if (path == AcquirePath.Fresh)
        {
            var start = new SandboxStart
            {
                ThreadId = request.ThreadId,
                Name = $"{request.ThreadId.Prefix}-{RandomNumberGenerator.GetHexString(12, lowercase: true)}",
                Environment = request.Environment,
                Limits = request.Limits,
                Etc = request.Etc,
            };
            sandbox = await Backend.StartAsync(start, cancellationToken).ConfigureAwait(false) with { Key = RandomNumberGenerator.GetHexString(32, lowercase: true) };
        }

        try
        {
            var client = path == AcquirePath.Warm
                ? await AttachAsync(sandbox!, request, cancellationToken).ConfigureAwait(false)
                : await AttachWhenUpAsync(sandbox!, request, cancellationToken).ConfigureAwait(false);
            var session = new SandboxSession(
                sandbox!,
                path,
                client,
                token => AttachAsync(sandbox!, request, token),
                token => Backend.StopAsync(sandbox!, token),
                released => _held.TryRemove(released, out _),
                _options,
                _time);
            _held[session] = sandbox!.Id;
            _used[sandbox.Id] = (sandbox, request.ThreadId);
            LogAcquired(Backend.Kind, path, request.ThreadId);
            SandboxMetrics.Record(Backend.Kind, path, _time.GetElapsedTime(began));
            return session;
        }
        catch (Exception exception) when (path == AcquirePath.Fresh || exception is SandboxException { Problem: SandboxProblem.NotIsolated })
        {
            await Backend.RemoveAsync(sandbox!, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    internal static bool IsSuperseded(WireException lost) => lost.Code == "superseded";

    private async Task<AcquirePath> ChoosePathAsync(SandboxRecord? sandbox, CancellationToken cancellationToken)
    {
        if (sandbox is null || sandbox.Kind == "local" && Backend.Kind != "local")
            return AcquirePath.Fresh;
        if (sandbox.Kind != Backend.Kind)
        {
            throw new SandboxException(
                SandboxProblem.Unreachable,
                $"the thread's sandbox is of the kind {sandbox.Kind}, and this server makes {Backend.Kind} ones; set SANDBOX_TYPE={sandbox.Kind} to go on with it");
        }

        return await Backend.InspectAsync(sandbox, cancellationToken).ConfigureAwait(false) switch
        {
            SandboxStatus.Running or SandboxStatus.Paused => AcquirePath.Warm,
            SandboxStatus.Stopped => AcquirePath.Resume,
            SandboxStatus.Gone => AcquirePath.Fresh,
            _ => throw new SandboxException(
                SandboxProblem.Unreachable,
                $"{sandbox.Kind}: the thread's sandbox {sandbox.Id} on {sandbox.Machine} cannot be reached; it may still be at work, so it is not replaced. Bring its engine or machine back"),
        };
    }

    /// <summary>Attaches to a sandbox that is only just starting.</summary>
    private async Task<SandboxClient> AttachWhenUpAsync(SandboxRecord sandbox, SandboxRequest request, CancellationToken cancellationToken)
    {
        var deadline = _time.GetUtcNow() + _options.StartTimeout;
        for (var wait = FirstRetry; ; wait = wait * 2 < LongestRetry ? wait * 2 : LongestRetry)
        {
            try
            {
                return await AttachAsync(sandbox, request, cancellationToken).ConfigureAwait(false);
            }
            catch (SandboxException exception) when (exception.InnerException is WireException && _time.GetUtcNow() + wait < deadline)
            {
                await Task.Delay(wait, _time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<SandboxClient> AttachAsync(SandboxRecord sandbox, SandboxRequest request, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(_options.StartTimeout);
        try
        {
            var stream = await Backend.AttachAsync(sandbox, timeout.Token).ConfigureAwait(false);
            var attach = new AttachRequest { Token = request.Token, Key = sandbox.Key };
            var client = await SandboxClient.AttachAsync(stream, attach, request.HostMethods, timeout.Token).ConfigureAwait(false);
            await ThrowIfOpenAsync(client).ConfigureAwait(false);
            return client;
        }
        catch (AttachException exception)
        {
            throw new SandboxException(
                exception.Refusal switch
                {
                    AttachRefusal.StaleToken => SandboxProblem.Superseded,
                    AttachRefusal.WrongKey => SandboxProblem.NotIsolated,
                    _ => SandboxProblem.Failed,
                },
                $"{Backend.Kind}: the sandbox refused its host: {exception.Message}",
                exception);
        }
        catch (WireException exception)
        {
            throw new SandboxException($"{Backend.Kind}: the sandbox does not answer: {exception.Message}", exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SandboxException(
                SandboxProblem.Unreachable, $"{Backend.Kind}: the sandbox did not answer within {_options.StartTimeout.TotalSeconds:0} s", exception);
        }
    }

    private async Task ThrowIfOpenAsync(SandboxClient client)
    {
        if (!Backend.IsIsolated || client.Info.Interfaces is ["lo"])
            return;
        await client.DisposeAsync().ConfigureAwait(false);
        throw new SandboxException(
            SandboxProblem.NotIsolated,
            $"{Backend.Kind}: the sandbox has network interfaces beside lo ({string.Join(", ", client.Info.Interfaces.Take(8))}) and was removed; nothing but its tunnel may lead out");
    }

    [LoggerMessage(LogLevel.Information, "Acquired a {Kind} sandbox ({Path}) for thread {ThreadId}")]
    private partial void LogAcquired(string kind, AcquirePath path, ThreadId threadId);
}
