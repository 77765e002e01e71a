namespace Drafthorse.Sandbox.Wire;

/// <summary>The numbers of the wire. Both ends check all of them: each may be the attacker of the other.</summary>
internal static class WireLimits
{
    /// <summary>The version that both ends must speak.</summary>
    public const int Version = 1;

    /// <summary>Bytes of payload in one frame, at most.</summary>
    public const int MaxPayload = 64 * 1024;

    /// <summary>Bytes of the head that opens a stream, at most.</summary>
    public const int MaxHead = 32 * 1024;

    /// <summary>Bytes of a method's name, at most.</summary>
    public const int MaxMethod = 64;

    /// <summary>Bytes that may be under way on one stream in one direction.</summary>
    public const int Window = 256 * 1024;

    /// <summary>Streams that the other end may have open at a time.</summary>
    public const int MaxStreams = 256;

    /// <summary>Bytes of the request or the answer of one call, at most.</summary>
    public const int MaxMessage = 16 * 1024 * 1024;

    /// <summary>Bytes of an error's text, at most; longer ones are cut.</summary>
    public const int MaxErrorText = 4 * 1024;

    /// <summary>The longest that the host waits for the answer of a call that has no time of its own. A daemon that answers pings and
    /// nothing else would hold a run for ever.</summary>
    internal static readonly TimeSpan AnswerTime = TimeSpan.FromMinutes(5);

    /// <summary>Bytes waiting to be written before senders of data wait.</summary>
    internal const int HighWater = 128 * 1024;

    /// <summary>Bytes waiting to be written before an end that asks and never reads is cut off.</summary>
    internal const int MaxPending = 1024 * 1024;
}
