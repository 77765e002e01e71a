namespace Drafthorse.Sandbox.Wire;

/// <summary>Why a connection has ended.</summary>
internal enum WireEnd
{
    /// <summary>The byte stream ended or broke.</summary>
    Lost,

    /// <summary>The other end broke the protocol.</summary>
    Violation,

    /// <summary>This end closed the connection.</summary>
    Closed,

    /// <summary>The other end closed the connection and said why.</summary>
    ClosedByPeer,
}

/// <summary>A connection to a sandbox has ended; every open stream of it fails with this.</summary>
internal sealed class WireException(WireEnd end, string message, string? code = null, Exception? innerException = null)
    : IOException(message, innerException)
{
    /// <summary>Why the connection ended.</summary>
    public WireEnd End { get; } = end;

    /// <summary>The code that the other end gave when it closed the connection.</summary>
    public string? Code { get; } = code;

    internal static WireException Violation(string what) =>
        new(WireEnd.Violation, $"The other end of the wire broke the protocol: {what}.");
}
