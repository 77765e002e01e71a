using System.Runtime.InteropServices;
using Drafthorse.Sandbox.Exec.Processes;

namespace Drafthorse.Sandboxd;

/// <summary>
/// Lets every address lead to the doors, so that a connection to an address without a name is refused by the host in words and
/// recorded, where else the system says only that there is no network. A route of the sandbox's own network, which has nothing but
/// loopback; see rtnetlink(7).
/// </summary>
internal static unsafe partial class AnyAddress
{
    private const int AF_NETLINK = 16;
    private const int SOCK_RAW = 3;
    private const int SOCK_CLOEXEC = 0x80000;
    private const int EEXIST = 17;
    private const byte AF_INET = 2;
    private const byte AF_INET6 = 10;
    private const int MessageLength = 36;
    private const int LoopbackIndex = 1;

    /// <summary>Adds the routes. Needs CAP_NET_ADMIN in the sandbox's network. Returns false where the system does not let us;
    /// without IPv6 that of IPv4 is enough.</summary>
    public static bool TryRouteToDoors()
    {
        if (!OperatingSystem.IsLinux())
            return false;

        int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0);
        if (netlink < 0)
            return false;
        try
        {
            var routed = TryAdd(netlink, AF_INET);
            _ = TryAdd(netlink, AF_INET6);
            return routed;
        }
        finally
        {
            _ = Libc.close(netlink);
        }
    }

    private static bool TryAdd(int netlink, byte family)
    {
        const ushort NewRoute = 24, RequestCreateAcknowledge = 0x1 | 0x400 | 0x4, OutInterface = 4;
        const byte LocalTable = 255, Static = 4, HostScope = 254, LocalType = 2;

        Span<byte> message = stackalloc byte[MessageLength];
        message.Clear();
        MemoryMarshal.Write(message, (uint)MessageLength);
        MemoryMarshal.Write(message[4..], NewRoute);
        MemoryMarshal.Write(message[6..], RequestCreateAcknowledge);
        message[16] = family;
        message[20] = LocalTable;
        message[21] = Static;
        message[22] = family == AF_INET ? HostScope : (byte)0;
        message[23] = LocalType;
        MemoryMarshal.Write(message[28..], (ushort)8);
        MemoryMarshal.Write(message[30..], OutInterface);
        MemoryMarshal.Write(message[32..], LoopbackIndex);

        Span<byte> answer = stackalloc byte[256];
        fixed (byte* sent = message, received = answer)
        {
            if (send(netlink, sent, MessageLength, 0) != MessageLength)
                return false;
            return recv(netlink, received, (nuint)answer.Length, 0) >= 20 && MemoryMarshal.Read<int>(answer[16..]) is 0 or -EEXIST;
        }
    }

    [LibraryImport("libc")]
    private static partial int socket(int domain, int type, int protocol);

    [LibraryImport("libc")]
    private static partial nint send(int socket, byte* buffer, nuint length, int flags);

    [LibraryImport("libc")]
    private static partial nint recv(int socket, byte* buffer, nuint length, int flags);
}
