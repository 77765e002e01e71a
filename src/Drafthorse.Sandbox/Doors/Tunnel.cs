using System.Buffers.Binary;
using System.Text;
using Drafthorse.Sandbox.Wire;

namespace Drafthorse.Sandbox.Doors;

/// <summary>Tunnels as streams of the wire: the sandbox opens one for each connection that its doors accept.</summary>
internal static class Tunnel
{
    private const string Method = "tunnel";
    private const int NameAt = 3;

    /// <summary>How long a new connection waits for a host that is not attached at the moment.</summary>
    private static readonly TimeSpan HostTime = TimeSpan.FromSeconds(10);

    /// <summary>Lets a sandbox open tunnels to this host. <paramref name="serve"/> gets each one and owns its stream.</summary>
    public static WireHandlers AddTunnels(this WireHandlers handlers, Func<TunnelRequest, Stream, CancellationToken, Task> serve) =>
        handlers.Add(Method, (call, head, cancellationToken) => serve(Parse(head.Span), call, cancellationToken));

    /// <summary>Opens a tunnel to the host that is attached, or will be soon; a door's delegate.</summary>
    internal static async Task<Stream> OpenAsync(Task<WireConnection> host, TunnelRequest request, CancellationToken cancellationToken)
    {
        var attached = await host.WaitAsync(HostTime, cancellationToken).ConfigureAwait(false);
        return await OpenAsync(attached, request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens a tunnel to the host at the other end of a connection.</summary>
    internal static async Task<Stream> OpenAsync(WireConnection host, TunnelRequest request, CancellationToken cancellationToken)
    {
        var head = new byte[NameAt + Encoding.Latin1.GetByteCount(request.Name)];
        head[0] = (byte)request.Door;
        BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(1), (ushort)request.Port);
        Encoding.Latin1.GetBytes(request.Name, head.AsSpan(NameAt));
        return await host.OpenAsync(Method, head, cancellationToken).ConfigureAwait(false);
    }

    private static TunnelRequest Parse(ReadOnlySpan<byte> head)
    {
        if (head.Length is < NameAt or > NameAt + 255 || head[0] > (byte)TunnelDoor.Proxy)
            throw new SandboxCallException(CallCodes.BadRequest, "The head names no door, port and host.");
        return new TunnelRequest((TunnelDoor)head[0], Encoding.Latin1.GetString(head[NameAt..]), BinaryPrimitives.ReadUInt16BigEndian(head[1..]));
    }
}
