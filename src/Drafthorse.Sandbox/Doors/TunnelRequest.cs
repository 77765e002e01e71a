namespace Drafthorse.Sandbox.Doors;

/// <summary>Which door of the sandbox a connection came through.</summary>
internal enum TunnelDoor
{
    /// <summary>A listening port: the name was learnt from the address that the client connected to, if it has one.</summary>
    Port,

    /// <summary>The HTTP proxy: the client's first request names the host, and the host end of the tunnel reads it.</summary>
    Proxy,
}

/// <summary>What a door asks the host for when it opens a tunnel.</summary>
/// <param name="Door">The door.</param>
/// <param name="Name">The host name the client asked DNS for, or the address it connected to without a name; empty at the proxy door.</param>
/// <param name="Port">The port the client connected to; 0 at the proxy door.</param>
internal sealed record TunnelRequest(TunnelDoor Door, string Name, int Port);
