using System.Security.Cryptography;
using System.Text;
using Drafthorse.Sandbox.Wire;

namespace Drafthorse.Sandbox.Daemon;

/// <summary>Lets one host in at a time: the one with the newest fencing token.</summary>
internal sealed class AttachGate(WireHandlers methods)
{
    public const string StaleToken = "stale_token";
    public const string WrongKey = "wrong_key";
    public const string Superseded = "superseded";

    private const int MaxKey = 128;

    /// <summary>How long a new owner waits for the calls of the old one to end.</summary>
    private static readonly TimeSpan HandoverTime = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private long _firstToken = long.MinValue;
    private long _newestToken = long.MinValue;
    private byte[]? _key;
    private WireConnection? _current;
    private TaskCompletionSource<WireConnection> _host = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The token of the first owner.</summary>
    public long FirstToken
    {
        get
        {
            lock (_gate)
                return _firstToken;
        }
    }

    /// <summary>The connection to the host; waits until one is attached.</summary>
    public Task<WireConnection> HostAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _host.Task.WaitAsync(cancellationToken);
        }
    }

    public async Task AttachAsync(WireConnection connection, AttachRequest request, CancellationToken cancellationToken)
    {
        WireConnection? older = Enter(connection, request);
        if (older is not null)
        {
            await older.CloseAsync(Superseded, $"A newer owner (token {request.Token}) has attached.").ConfigureAwait(false);
            await Task.WhenAny(older.Answered, Task.Delay(HandoverTime, cancellationToken)).ConfigureAwait(false);
        }

        connection.UseHandlers(methods);
        Announce(connection);
    }

    public void Leave(WireConnection connection)
    {
        lock (_gate)
        {
            if (_current != connection)
                return;

            _current = null;
            if (_host.Task.IsCompleted)
                _host = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private WireConnection? Enter(WireConnection connection, AttachRequest request)
    {
        lock (_gate)
        {
            if (connection.Error is not null)
                throw new SandboxCallException(CallCodes.Cancelled, "The connection has ended.");

            CheckKey(request.Key);
            if (request.Token < _newestToken)
                throw new SandboxCallException(StaleToken, $"Token {request.Token} is older than {_newestToken}, which has attached already.");

            _firstToken = _newestToken == long.MinValue ? request.Token : _firstToken;
            _newestToken = request.Token;
            WireConnection? older = _current == connection ? null : _current;
            _current = connection;
            if (_host.Task.IsCompleted)
                _host = new(TaskCreationOptions.RunContinuationsAsynchronously);

            return older;
        }
    }

    private void Announce(WireConnection connection)
    {
        lock (_gate)
        {
            if (_current == connection)
                _host.TrySetResult(connection);
        }
    }

    private void CheckKey(string? key)
    {
        if (key is { Length: 0 or > MaxKey })
            throw new SandboxCallException(CallCodes.BadRequest, $"A key has 1 to {MaxKey} characters.");

        byte[]? shown = key is null ? null : Encoding.UTF8.GetBytes(key);
        if (_newestToken == long.MinValue)
            _key = shown;
        else if (!CryptographicOperations.FixedTimeEquals(_key ?? [], shown ?? []))
            throw new SandboxCallException(WrongKey, "The key is not the one that this sandbox was first attached with.");
    }
}
