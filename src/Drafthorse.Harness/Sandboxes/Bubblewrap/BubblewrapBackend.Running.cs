using System.Net.Sockets;
using System.Text;

namespace Drafthorse.Harness.Sandboxes.Bubblewrap;

internal sealed partial class BubblewrapBackend
{
    private static async Task EndAsync(SandboxDirectory directory, CancellationToken cancellationToken)
    {
        var groups = directory.ReadCgroups();
        Cgroup.Freeze(groups, false);
        await SandboxProcess.KillAsync(directory.Name, cancellationToken).ConfigureAwait(false);
        Cgroup.Remove(groups);
    }

    private async Task BringBackAsync(SandboxDirectory directory, CancellationToken cancellationToken)
    {
        FileStream held;
        try
        {
            held = directory.Lock();
        }
        catch (IOException exception)
        {
            throw new SandboxException(SandboxProblem.Unreachable, "bubblewrap: another process is starting this sandbox; try again", exception);
        }

        await using (held.ConfigureAwait(false))
        {
            // A first process that does not listen any more is on its way out.
            await SandboxProcess.KillAsync(directory.Name, cancellationToken).ConfigureAwait(false);
            await LaunchAsync(BubblewrapPrograms.Find(_options), directory, directory.Read(), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task LaunchAsync(BubblewrapPrograms programs, SandboxDirectory directory, SandboxDescription description, CancellationToken cancellationToken)
    {
        Cgroup.Remove(directory.ReadCgroups());
        var limits = LimitsOf(description.Limits);
        var groups = Cgroup.TryCreate(directory.Name, limits);
        directory.WriteCgroups(groups);
        await File.WriteAllBytesAsync(directory.Filter, BubblewrapPrograms.BuildFilter(), cancellationToken).ConfigureAwait(false);
        var sandbox = new BubblewrapCommand(programs, _options, description.HostUser).Build(directory, description.Environment, groups, limits);
        var (exitCode, error) = await HostProgram.RunAsync(
            [.. programs.OnHost(), "launch", "--socket", directory.Socket, "--log", directory.Log, "--", .. sandbox],
            _options.StartTimeout,
            cancellationToken).ConfigureAwait(false);
        if (exitCode != 0)
            throw new SandboxException($"bubblewrap: the sandbox could not be launched: {error}");
    }

    private SandboxLimits LimitsOf(SandboxLimits? asked) => (asked ?? _options.Limits).Check().On(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);

    private static async Task<Stream> ConnectAsync(SandboxDirectory directory, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(directory.Socket), cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static string ReadLog(SandboxDirectory directory)
    {
        if (!File.Exists(directory.Log))
            return "no output";
        using var log = File.OpenRead(directory.Log);
        log.Seek(-Math.Min(log.Length, 500), SeekOrigin.End);
        using var reader = new StreamReader(log, Encoding.UTF8);
        return reader.ReadToEnd().Trim();
    }
}
