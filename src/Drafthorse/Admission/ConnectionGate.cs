using Microsoft.AspNetCore.Connections;

namespace Drafthorse.Admission;

/// <summary>
/// Counts the connections of strangers: those on which nobody has shown a token or a valid signature yet. When there are too many, the
/// oldest gives way to the newest, so that those who hold connections open keep nobody out.
/// </summary>
internal sealed class ConnectionGate(int most)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<ConnectionContext> _strangers = [];

    /// <summary>Connections of strangers that are open.</summary>
    public int Strangers
    {
        get
        {
            lock (_lock)
                return _strangers.Count;
        }
    }

    /// <summary>The middleware of a listener's connections.</summary>
    public ConnectionDelegate Wrap(ConnectionDelegate next) => async connection =>
    {
        var stranger = new Stranger(this, connection);
        connection.Features.Set(stranger);
        Enter(stranger.Node)?.Abort(new ConnectionAbortedException("There are too many connections; this one was the oldest."));
        try
        {
            await next(connection);
        }
        finally
        {
            Leave(stranger.Node);
        }
    };

    /// <summary>Says that somebody who is known speaks on the request's connection.</summary>
    public static void Vouch(HttpContext context) => context.Features.Get<Stranger>()?.Vouch();

    /// <summary>The connection that has to go for this one.</summary>
    private ConnectionContext? Enter(LinkedListNode<ConnectionContext> node)
    {
        lock (_lock)
        {
            _strangers.AddLast(node);
            if (_strangers.Count <= most)
                return null;
            var oldest = _strangers.First!.Value;
            _strangers.RemoveFirst();
            return oldest;
        }
    }

    private void Leave(LinkedListNode<ConnectionContext> node)
    {
        lock (_lock)
        {
            if (node.List is not null)
                _strangers.Remove(node);
        }
    }

    private sealed class Stranger(ConnectionGate gate, ConnectionContext connection)
    {
        public LinkedListNode<ConnectionContext> Node { get; } = new(connection);

        public void Vouch() => gate.Leave(Node);
    }
}
