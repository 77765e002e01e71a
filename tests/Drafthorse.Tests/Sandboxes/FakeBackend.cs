using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Threads;
using Drafthorse.Sandbox.Daemon;
using Drafthorse.Sandbox.Exec;
using Drafthorse.Sandbox.Streams;
using Drafthorse.Sandbox.Wire;

namespace Drafthorse.Tests.Sandboxes;

/// <summary>A backend in memory whose sandboxes stand as a test says and show the interfaces it wants.</summary>
internal sealed class FakeBackend(TimeProvider time) : ISandboxBackend
{
    private readonly Dictionary<string, SandboxListing> _sandboxes = [];
    private readonly List<Stream> _streams = [];

    public string Kind { get; init; } = "fake";

    public bool IsIsolated { get; init; } = true;

    public IReadOnlyList<string> Interfaces { get; set; } = ["lo"];

    public SandboxAvailability Availability { get; init; } = new(true, "fake: ready");

    public bool IsUnreachable { get; set; }

    /// <summary>How many attaches end before the daemon answers, as while a sandbox starts.</summary>
    public int AttachesThatEnd { get; set; }

    public int Started { get; private set; }

    /// <summary>Bytes that each sandbox has in memory.</summary>
    public long MemoryBytes { get; set; }

    /// <summary>The sandboxes in which something runs.</summary>
    public HashSet<string> Busy { get; } = [];

    /// <summary>What a sandbox says when it is told to end all commands.</summary>
    public bool EndsAll { get; set; } = true;

    /// <summary>How often one was told to.</summary>
    public int EndedAll { get; private set; }

    public SandboxStatus this[SandboxRecord sandbox]
    {
        get => _sandboxes.TryGetValue(sandbox.Id, out var listing) ? listing.Status : SandboxStatus.Gone;
        set => _sandboxes[sandbox.Id] = _sandboxes[sandbox.Id] with { Status = value };
    }

    public Task<SandboxAvailability> CheckAsync(CancellationToken cancellationToken) => Task.FromResult(Availability);

    public Task<SandboxRecord> StartAsync(SandboxStart start, CancellationToken cancellationToken)
    {
        Started++;
        var record = new SandboxRecord(Kind, "here", start.Name);
        _sandboxes[start.Name] = new SandboxListing(record, start.ThreadId, time.GetUtcNow(), SandboxStatus.Running);
        return Task.FromResult(record);
    }

    public Task<Stream> AttachAsync(SandboxRecord sandbox, CancellationToken cancellationToken)
    {
        this[sandbox] = SandboxStatus.Running;
        var (host, daemon) = DuplexPipe.Create();
        _streams.Add(daemon);
        if (AttachesThatEnd-- > 0)
        {
            daemon.Dispose();
        }
        else
        {
            _ = WireConnection.Start(daemon, WireSide.Daemon, new WireHandlers()
                .Unary(AttachRequest.Method, DaemonJson.Default.AttachRequest, DaemonJson.Default.SandboxInfo, (_, _) => Task.FromResult(new SandboxInfo { Interfaces = Interfaces }))
                .Unary(ExecMethods.EndAll, ExecJson.Default.Done, ExecJson.Default.Done, (_, _) =>
                {
                    EndedAll++;
                    return Task.FromResult(new Done(EndsAll));
                }));
        }

        return Task.FromResult(host);
    }

    public Task<SandboxStatus> InspectAsync(SandboxRecord sandbox, CancellationToken cancellationToken) =>
        Task.FromResult(IsUnreachable ? SandboxStatus.Unreachable : this[sandbox]);

    public Task PauseAsync(SandboxRecord sandbox, CancellationToken cancellationToken)
    {
        this[sandbox] = SandboxStatus.Paused;
        return Task.CompletedTask;
    }

    public Task StopAsync(SandboxRecord sandbox, CancellationToken cancellationToken)
    {
        if (this[sandbox] == SandboxStatus.Gone)
            throw new SandboxException(SandboxProblem.Gone, "fake: it is gone");
        this[sandbox] = SandboxStatus.Stopped;
        return Task.CompletedTask;
    }

    public Task<SandboxUse> MeasureAsync(SandboxRecord sandbox, CancellationToken cancellationToken) =>
        Task.FromResult(new SandboxUse(Busy.Contains(sandbox.Id), MemoryBytes));

    public Task RemoveAsync(SandboxRecord sandbox, CancellationToken cancellationToken)
    {
        _sandboxes.Remove(sandbox.Id);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<SandboxListing>> ListAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<SandboxListing>>([.. _sandboxes.Values]);

    public void LoseStreams() => _streams.ForEach(stream => stream.Dispose());

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
