namespace Drafthorse.Harness.Egress;

/// <summary>How the gate treats a connection to a host.</summary>
public enum EgressMode
{
    /// <summary>It is refused.</summary>
    Refuse,

    /// <summary>It is carried unread, after the name in its first message was checked.</summary>
    Tunnel,

    /// <summary>It ends in the host, at a handler of its own such as the git gateway.</summary>
    Host,
}

/// <summary>What the gate decided for one host and port.</summary>
/// <param name="Mode">How the connection is treated.</param>
/// <param name="Reason">Why it is refused; empty otherwise.</param>
/// <param name="IsOpaque">Whether a tunnel is carried unread from its first byte on.</param>
internal readonly record struct EgressDecision(EgressMode Mode, string Reason, bool IsOpaque = false)
{
    public static EgressDecision Refuse(string reason) => new(EgressMode.Refuse, reason);
}
