using System.Net.Sockets;
using System.Text;
using Drafthorse.Harness.Threads;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drafthorse.Harness.Sandboxes.Bubblewrap;

/// <summary>
/// Sandboxes by bubblewrap, without any daemon: the host's programs read-only, no network, own processes and users. A sandbox
/// outlives the program that started it, and its files outlive a restart of the machine.
/// </summary>
internal sealed partial class BubblewrapBackend : ISandboxBackend
{
    /// <summary>Linux takes 107 bytes, and <c>sandboxd</c> makes its socket under a name one longer.</summary>
    private const int LongestSocketPath = 106;

    private readonly BubblewrapOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly HostUsers _users;

    /// <summary>A backend that keeps its files where the options say; nothing is started yet.</summary>
    public BubblewrapBackend(BubblewrapOptions options, TimeProvider? timeProvider = null, ILogger<BubblewrapBackend>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _time = timeProvider ?? TimeProvider.System;
        _logger = logger ?? NullLogger<BubblewrapBackend>.Instance;
        _users = new HostUsers(options);
    }

    /// <inheritdoc />
    public string Kind => "bubblewrap";

    /// <inheritdoc />
    public bool IsIsolated => true;

    /// <inheritdoc />
    public async Task<SandboxAvailability> CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            var programs = BubblewrapPrograms.Find(_options);
            var probe = new BubblewrapCommand(programs, _options, _users.Any).BuildProbe();
            var (exitCode, error) = await HostProgram.RunAsync(probe, _options.StartTimeout, cancellationToken, BubblewrapPrograms.BuildFilter()).ConfigureAwait(false);
            if (exitCode != 0)
            {
                return new SandboxAvailability(
                    false,
                    $"bubblewrap: this machine refuses it ({error}); allow user namespaces and seccomp filters to this user (sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone, AppArmor)");
            }

            var groups = Cgroup.TryCreate($"probe-{Environment.ProcessId}", LimitsOf(null));
            Cgroup.Remove(groups);
            var limits = groups.Count > 0 ? "limits by cgroup" : "no writable cgroup: limits per process, for a single user";
            return new SandboxAvailability(true, $"bubblewrap: {programs.Describe()}; {limits}");
        }
        catch (SandboxException exception)
        {
            return new SandboxAvailability(false, exception.Message);
        }
    }

    /// <inheritdoc />
    public async Task<SandboxRecord> StartAsync(SandboxStart start, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(start);
        var programs = BubblewrapPrograms.Find(_options);
        var description = new SandboxDescription { ThreadId = start.ThreadId, CreatedAt = _time.GetUtcNow(), Environment = new(start.Environment), Limits = start.Limits };
        SandboxDirectory directory;
        using (await _users.LockAsync(cancellationToken).ConfigureAwait(false))
        {
            if (programs.IsRoot)
            {
                var (user, others) = _users.Choose();
                description = description with { HostUser = user };
                if (others > 0)
                    LogShared(start.Name, user, others, _options.HostUserCount);
            }

            directory = SandboxDirectory.Create(_options.StateDirectory, start.Name, description, start.Etc);
        }

        var record = new SandboxRecord(Kind, Environment.MachineName, start.Name);
        try
        {
            if (Encoding.UTF8.GetByteCount(directory.Socket) > LongestSocketPath)
                throw new SandboxException(SandboxProblem.NotReady, $"bubblewrap: {directory.Socket} is too long for a socket; use a shorter state directory");
            await LaunchAsync(programs, directory, description, cancellationToken).ConfigureAwait(false);
            return record;
        }
        catch
        {
            await RemoveAsync(record, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc />
    public async Task<Stream> AttachAsync(SandboxRecord sandbox, CancellationToken cancellationToken)
    {
        var directory = Open(sandbox);
        if (directory.ReadCgroups() is var groups && Cgroup.IsFrozen(groups))
            Cgroup.Freeze(groups, false);
        try
        {
            return await ConnectAsync(directory, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException)
        {
            await BringBackAsync(directory, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            return await ConnectAsync(directory, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException exception)
        {
            throw new SandboxException($"bubblewrap: the sandbox started and does not answer: {ReadLog(directory)}", exception);
        }
    }

    /// <inheritdoc />
    public Task<SandboxStatus> InspectAsync(SandboxRecord sandbox, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sandbox);
        var directory = new SandboxDirectory(_options.StateDirectory, sandbox.Id);
        return Task.FromResult(directory.Exists ? ReadStatus(directory)
            : sandbox.Machine == Environment.MachineName ? SandboxStatus.Gone
            : SandboxStatus.Unreachable);
    }

    /// <inheritdoc />
    public Task PauseAsync(SandboxRecord sandbox, CancellationToken cancellationToken)
    {
        Cgroup.Freeze(Open(sandbox).ReadCgroups(), true);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public async Task StopAsync(SandboxRecord sandbox, CancellationToken cancellationToken)
    {
        var directory = Open(sandbox);
        await EndAsync(directory, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Its memory is what its cgroup counts, files in memory included; without one, what its processes have.</summary>
    public Task<SandboxUse> MeasureAsync(SandboxRecord sandbox, CancellationToken cancellationToken)
    {
        var directory = Open(sandbox);
        var processes = SandboxProcess.ReadMemory(directory.Name);
        return Task.FromResult(new SandboxUse(processes.Count > 1, Cgroup.ReadMemory(directory.ReadCgroups()) ?? processes.Sum()));
    }

    /// <inheritdoc />
    public async Task RemoveAsync(SandboxRecord sandbox, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sandbox);
        var directory = new SandboxDirectory(_options.StateDirectory, sandbox.Id);
        if (!Directory.Exists(directory.Path))
            return;

        await EndAsync(directory, cancellationToken).ConfigureAwait(false);

        // Not Directory.Delete: a tree made by strangers may be deeper than any path, or closed to its owner.
        await HostProgram.RunAsync(["chmod", "-R", "u+rwx", "--", directory.Path], _options.StartTimeout, cancellationToken).ConfigureAwait(false);
        var (exitCode, error) = await HostProgram.RunAsync(["rm", "-rf", "--", directory.Path], TimeSpan.FromMinutes(5), cancellationToken).ConfigureAwait(false);
        if (exitCode != 0)
            throw new SandboxException($"bubblewrap: {directory.Path} could not be removed: {error}");
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<SandboxListing>> ListAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<SandboxListing> listings =
        [
            .. from directory in SandboxDirectory.List(_options.StateDirectory)
               let description = directory.Describe()
               select new SandboxListing(
                   new SandboxRecord(Kind, Environment.MachineName, directory.Name), description.ThreadId, description.CreatedAt, ReadStatus(directory)),
        ];
        return Task.FromResult(listings);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private SandboxDirectory Open(SandboxRecord sandbox)
    {
        ArgumentNullException.ThrowIfNull(sandbox);
        var directory = new SandboxDirectory(_options.StateDirectory, sandbox.Id);
        if (directory.Exists)
            return directory;
        throw sandbox.Machine == Environment.MachineName
            ? new SandboxException(SandboxProblem.Gone, "bubblewrap: the sandbox does not exist any more")
            : new SandboxException(SandboxProblem.Unreachable, $"bubblewrap: the sandbox is on the machine {sandbox.Machine}; start the server there");
    }

    private static SandboxStatus ReadStatus(SandboxDirectory directory) => SandboxProcess.Find(directory.Name) is null ? SandboxStatus.Stopped
        : Cgroup.IsFrozen(directory.ReadCgroups()) ? SandboxStatus.Paused
        : SandboxStatus.Running;

    [LoggerMessage(LogLevel.Warning, "The bubblewrap sandbox {Sandbox} shares the host user {User} with {Others} more: all {Count} are taken. What the kernel counts for each user, they can use up for each other")]
    private partial void LogShared(string sandbox, int user, int others, int count);
}
