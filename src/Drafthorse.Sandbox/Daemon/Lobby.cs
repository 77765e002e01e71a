using Drafthorse.Sandbox.Wire;

namespace Drafthorse.Sandbox.Daemon;

/// <summary>Connections that have not attached yet. They are few and wait not long, so that a process inside that connects and says
/// nothing cannot keep the host out.</summary>
internal sealed class Lobby
{
    private const int Seats = 32;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly List<WireConnection> _waiting = [];

    /// <summary>Takes a connection in; the one that has waited longest makes room. Ends when this one has left or has ended.</summary>
    public async Task WaitAsync(WireConnection connection)
    {
        WireConnection? oldest = null;
        lock (_gate)
        {
            _waiting.Add(connection);
            if (_waiting.Count > Seats)
            {
                oldest = _waiting[0];
                _waiting.RemoveAt(0);
            }
        }

        if (oldest is not null)
            await oldest.DisposeAsync().ConfigureAwait(false);

        await Task.WhenAny(connection.Completion, Task.Delay(Patience, connection.Closed)).ConfigureAwait(false);
        if (Leave(connection))
            await connection.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Lets a connection go that has attached. False when it was not here.</summary>
    public bool Leave(WireConnection connection)
    {
        lock (_gate)
        {
            return _waiting.Remove(connection);
        }
    }
}
