using Drafthorse.Sandbox.Daemon;
using Drafthorse.Sandbox.Exec;
using Drafthorse.Sandbox.Files;
using Drafthorse.Sandbox.Search;
using Drafthorse.Sandbox.Wire;

namespace Drafthorse.Sandbox;

/// <summary>The host's end of the wire to one sandbox. What comes back was written by whoever owns the sandbox.</summary>
public sealed class SandboxClient : IAsyncDisposable
{
    private SandboxClient(WireConnection connection, SandboxInfo info)
    {
        Connection = connection;
        Info = info;
        Commands = new CommandClient(connection);
        Files = new FilesClient(connection);
        Search = new SearchClient(connection);
    }

    /// <summary>The connection below.</summary>
    internal WireConnection Connection { get; }

    /// <summary>What the sandbox said of itself when it was attached.</summary>
    internal SandboxInfo Info { get; }

    /// <summary>Runs commands.</summary>
    public CommandClient Commands { get; }

    /// <summary>Reads and changes files.</summary>
    public FilesClient Files { get; }

    /// <summary>Finds files by name and lines by content.</summary>
    public SearchClient Search { get; }

    /// <summary>Attaches to a daemon over a byte stream, which the client owns from now on. <paramref name="hostMethods"/> are what the
    /// sandbox may call here (the doors' tunnels). Throws <see cref="AttachException"/> when refused, <see cref="WireException"/> when
    /// the stream ends or is no wire.</summary>
    internal static async Task<SandboxClient> AttachAsync(
        Stream stream, AttachRequest request, WireHandlers? hostMethods, CancellationToken cancellationToken)
    {
        WireConnection connection = WireConnection.Start(stream, WireSide.Host, hostMethods ?? new WireHandlers());
        try
        {
            SandboxInfo info = await connection.InvokeAsync(
                AttachRequest.Method, request, DaemonJson.Default.AttachRequest, DaemonJson.Default.SandboxInfo, cancellationToken).ConfigureAwait(false);
            return new SandboxClient(connection, info);
        }
        catch (SandboxCallException e) when (e.Code is AttachGate.StaleToken or AttachGate.WrongKey)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw new AttachException(e.Code == AttachGate.StaleToken ? AttachRefusal.StaleToken : AttachRefusal.WrongKey, e.Message, e);
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The time of the shortest way there and back.</summary>
    public Task<TimeSpan> PingAsync(CancellationToken cancellationToken) => Connection.PingAsync(cancellationToken);

    /// <summary>Ends the connection. Commands in the sandbox go on; a later owner collects their results.</summary>
    public ValueTask DisposeAsync() => Connection.DisposeAsync();
}
