using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using Drafthorse.Sandbox.Doors;
using Drafthorse.Sandbox.Exec;
using Drafthorse.Sandbox.Exec.Processes;
using Drafthorse.Sandbox.Files;
using Drafthorse.Sandbox.Search;
using Drafthorse.Sandbox.Streams;
using Drafthorse.Sandbox.Wire;

namespace Drafthorse.Sandbox.Daemon;

/// <summary>The end of the wire inside a sandbox: all its methods, behind the gate that lets one owner in at a time. The same in the
/// <c>sandboxd</c> process and in process for local mode.</summary>
internal sealed class SandboxDaemon : IAsyncDisposable
{
    private readonly SandboxDaemonOptions _options;
    private readonly AttachGate _gate;
    private readonly Lobby _lobby = new();
    private readonly SandboxDoors? _doors;
    private readonly WireHandlers _methods = new();
    private readonly CommandTable _commands;
    private readonly ConcurrentDictionary<WireConnection, bool> _connections = new();

    /// <summary>Makes the daemon; connections come by <see cref="ServeAsync"/> or <see cref="Connect"/>.</summary>
    public SandboxDaemon(SandboxDaemonOptions options)
    {
        _options = options;
        _commands = new CommandTable(new CommandSettings
        {
            WorkingDirectory = options.WorkingDirectory,
            SpillDirectory = options.SpillDirectory,
            Environment = options.Environment,
            OwnsProcess = options.OwnsProcess,
            RecordDirectory = options.RecordDirectory,
            Counters = options.Counters,
            MemoryLimit = options.MemoryLimit,
            ProcessLimit = options.ProcessLimit,
        });
        new CommandHandlers(_commands).Register(_methods);
        var roots = new FileRoots([.. options.FileRoots, options.SpillDirectory], options.WorkingDirectory);
        _methods.AddFiles(new FileHandlers(roots)).AddSearch(new SearchHandlers(roots));
        _gate = new AttachGate(_methods);
        if (options.Doors is not null)
            _doors = SandboxDoors.Open(options.Doors, (request, token) => Tunnel.OpenAsync(HostAsync(token), request, token));
    }

    /// <summary>The version of this build of the daemon.</summary>
    public static string Version { get; } = typeof(SandboxDaemon).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    /// <summary>Which doors opened, and why one did not.</summary>
    public IReadOnlyList<DoorReport> Doors => _doors?.Report ?? [];

    /// <summary>The connection to the host that is attached; waits for one. Doors open their tunnels on it.</summary>
    public Task<WireConnection> HostAsync(CancellationToken cancellationToken) => _gate.HostAsync(cancellationToken);

    /// <summary>Serves one byte stream until it ends. It can do nothing before it has attached.</summary>
    public async Task ServeAsync(Stream stream, CancellationToken cancellationToken)
    {
        var attachOnly = new WireHandlers();
        attachOnly.Add(AttachRequest.Method, AnswerAttachAsync);
        WireConnection connection = WireConnection.Start(stream, WireSide.Daemon, attachOnly);
        _connections[connection] = true;
        _ = _lobby.WaitAsync(connection);
        try
        {
            using CancellationTokenRegistration stop = cancellationToken.Register(() => _ = connection.DisposeAsync().AsTask());
            await connection.Completion.ConfigureAwait(false);
        }
        finally
        {
            _connections.TryRemove(connection, out _);
            _gate.Leave(connection);
        }
    }

    /// <summary>Connects to this daemon in memory and returns the host's end.</summary>
    public Stream Connect()
    {
        (Stream host, Stream daemon) = DuplexPipe.Create();
        _ = ServeAsync(daemon, CancellationToken.None);
        return host;
    }

    /// <summary>Ends all commands and what they have left behind; connections go on.</summary>
    public Task EndCommandsAsync() => _commands.EndAllAsync();

    /// <summary>Ends all connections and all commands.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_doors is not null)
            await _doors.DisposeAsync().ConfigureAwait(false);
        foreach (WireConnection connection in _connections.Keys)
            await connection.CloseAsync("shutdown", "The sandbox is shutting down.").ConfigureAwait(false);

        await Task.Run(_commands.Dispose).ConfigureAwait(false);
    }

    private async Task AnswerAttachAsync(WireStream call, ReadOnlyMemory<byte> head, CancellationToken cancellationToken)
    {
        AttachRequest request = await call.ReadRequestAsync(head, DaemonJson.Default.AttachRequest, cancellationToken).ConfigureAwait(false);
        await _gate.AttachAsync(call.Connection, request, cancellationToken).ConfigureAwait(false);
        _lobby.Leave(call.Connection);
        byte[] info = JsonSerializer.SerializeToUtf8Bytes(Describe(), DaemonJson.Default.SandboxInfo);
        await call.WriteLastAsync(info, cancellationToken).ConfigureAwait(false);
    }

    private SandboxInfo Describe() => new()
    {
        Version = Version,
        FirstToken = _gate.FirstToken,
        WireVersion = WireLimits.Version,
        UserId = Libc.geteuid(),
        ProcessId = Environment.ProcessId,
        Platform = RuntimeInformation.RuntimeIdentifier,
        Interfaces = NetworkInterfaces.Names(),
        WorkingDirectory = _options.WorkingDirectory,
        SpillDirectory = _options.SpillDirectory,
        Doors = Doors,
    };
}
