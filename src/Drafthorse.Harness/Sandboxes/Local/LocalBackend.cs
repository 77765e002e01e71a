using System.Collections.Concurrent;
using Drafthorse.Harness.Threads;
using Drafthorse.Sandbox.Daemon;
using Drafthorse.Sandbox.Exec;

namespace Drafthorse.Harness.Sandboxes.Local;

/// <summary>
/// No sandbox: the same handlers as in <c>sandboxd</c>, in this process, on this machine's files and with this user's rights. For
/// one's own machine only. Commands see an allow-list of the environment.
/// </summary>
internal sealed class LocalBackend : ISandboxBackend
{
    private readonly LocalOptions _options;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, (SandboxDaemon Daemon, SandboxListing Listing)> _daemons = new();
    private readonly Lazy<DirectoryInfo> _temporary = new(() => Directory.CreateTempSubdirectory("drafthorse-"));
    private readonly Lazy<Task<SpillFolders>> _spills;

    /// <summary>A backend on this machine.</summary>
    public LocalBackend(LocalOptions options, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _time = timeProvider ?? TimeProvider.System;
        _spills = new(() => Task.Run(TakeOver));
    }

    /// <inheritdoc />
    public string Kind => "local";

    /// <inheritdoc />
    public bool IsIsolated => false;

    /// <inheritdoc />
    public Task<SandboxAvailability> CheckAsync(CancellationToken cancellationToken) => Task.FromResult(
        OperatingSystem.IsWindows() ? new SandboxAvailability(false, "local: needs Linux or macOS; on Windows use Docker or WSL2")
        : Directory.Exists(_options.WorkingDirectory) ? new SandboxAvailability(true, $"local: no isolation; commands run as you, in {_options.WorkingDirectory}")
        : new SandboxAvailability(false, $"local: there is no directory {_options.WorkingDirectory}"));

    /// <inheritdoc />
    public async Task<SandboxRecord> StartAsync(SandboxStart start, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(start);
        var spills = await _spills.Value.WaitAsync(cancellationToken).ConfigureAwait(false);
        var environment = LocalEnvironment.Read(_options.PassEnvironment);
        foreach (var (name, value) in start.Environment)
            environment[name] = value;

        var record = new SandboxRecord(Kind, Environment.MachineName, start.Name);
        var daemon = new SandboxDaemon(new SandboxDaemonOptions
        {
            WorkingDirectory = _options.WorkingDirectory,
            FileRoots = [_options.WorkingDirectory, spills.Root],
            SpillDirectory = spills.Of(start.Name),
            Environment = environment,
            RecordDirectory = _options.RecordDirectory,
        });
        _daemons[start.Name] = (daemon, new SandboxListing(record, start.ThreadId, _time.GetUtcNow(), SandboxStatus.Running));
        return record;
    }

    /// <inheritdoc />
    public Task<Stream> AttachAsync(SandboxRecord sandbox, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sandbox);
        return _daemons.TryGetValue(sandbox.Id, out var found)
            ? Task.FromResult(found.Daemon.Connect())
            : throw new SandboxException(SandboxProblem.Gone, "local: the process that this was part of has ended");
    }

    /// <inheritdoc />
    public Task<SandboxStatus> InspectAsync(SandboxRecord sandbox, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sandbox);
        return Task.FromResult(_daemons.ContainsKey(sandbox.Id) ? SandboxStatus.Running : SandboxStatus.Gone);
    }

    /// <summary>Does nothing: commands of this process are not frozen.</summary>
    public Task PauseAsync(SandboxRecord sandbox, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public async Task StopAsync(SandboxRecord sandbox, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sandbox);
        if (_daemons.TryGetValue(sandbox.Id, out var found))
            await found.Daemon.EndCommandsAsync().ConfigureAwait(false);
    }

    /// <summary>Always nothing: what runs is this machine's own.</summary>
    public Task<SandboxUse> MeasureAsync(SandboxRecord sandbox, CancellationToken cancellationToken) => Task.FromResult(new SandboxUse(false, 0));

    /// <summary>Ends the commands that still run. The files are the user's own and stay.</summary>
    public async Task RemoveAsync(SandboxRecord sandbox, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sandbox);
        if (!_daemons.TryRemove(sandbox.Id, out var found))
            return;

        await found.Daemon.DisposeAsync().ConfigureAwait(false);
        (await _spills.Value.ConfigureAwait(false)).Remove(sandbox.Id);
    }

    /// <summary>Those of this process: those of one that was killed have ended, and the commands that it left are ended now.</summary>
    public async Task<IReadOnlyList<SandboxListing>> ListAsync(CancellationToken cancellationToken)
    {
        await _spills.Value.WaitAsync(cancellationToken).ConfigureAwait(false);
        return [.. _daemons.Values.Select(found => found.Listing)];
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var (daemon, _) in _daemons.Values)
            await daemon.DisposeAsync().ConfigureAwait(false);
        _daemons.Clear();
        if (_temporary.IsValueCreated && Directory.Exists(_temporary.Value.FullName))
            _temporary.Value.Delete(recursive: true);
    }

    /// <summary>Ends and removes what killed processes left, once.</summary>
    private SpillFolders TakeOver()
    {
        if (_options.RecordDirectory is { } records)
            CommandRecords.EndLeft(records);

        var spills = new SpillFolders(_options.SpillDirectory ?? _temporary.Value.FullName, _time);
        spills.Sweep();
        return spills;
    }
}
