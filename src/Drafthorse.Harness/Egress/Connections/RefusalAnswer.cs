using System.Text;

namespace Drafthorse.Harness.Egress.Connections;

/// <summary>In what form a client can be told why it is refused.</summary>
internal enum RefusalForm
{
    None,
    Http,
    Tls,
}

/// <summary>What a client is told that is refused.</summary>
internal static class RefusalAnswer
{
    /// <summary>The bytes to answer; none where the client's protocol is not known.</summary>
    public static byte[] Write(RefusalForm form, BlockedEgress blocked) => form switch
    {
        RefusalForm.Http => Http(blocked),
        RefusalForm.Tls => TlsAlert(blocked.Result),
        _ => [],
    };

    /// <summary>A fatal alert: access_denied, or internal_error when the other side cannot be reached (RFC 8446, section 6).</summary>
    private static byte[] TlsAlert(EgressResult result) => [21, 3, 3, 0, 2, 2, (byte)(result == EgressResult.Refused ? 49 : 80)];

    private static byte[] Http(BlockedEgress blocked)
    {
        var text = blocked + "\n";
        var status = blocked.Result == EgressResult.Refused ? "403 Forbidden" : "502 Bad Gateway";
        return Encoding.UTF8.GetBytes(
            $"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {Encoding.UTF8.GetByteCount(text)}\r\nConnection: close\r\n\r\n{text}");
    }
}
