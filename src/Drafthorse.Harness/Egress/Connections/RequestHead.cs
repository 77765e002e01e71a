using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Drafthorse.Harness.Egress.Connections;

/// <summary>
/// The head of an HTTP/1.x request, read so strictly (RFC 9112) that no server can read it differently, and written anew: what two
/// readers could disagree about is refused.
/// </summary>
internal sealed class RequestHead
{
    /// <summary>The longest head, in bytes.</summary>
    public const int MaxLength = 64 * 1024;

    private const int MaxFields = 200;

    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    // These belong to one connection, and Upgrade would turn it into something that is not HTTP.
    private static readonly HashSet<string> NotForwarded = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authorization", "Upgrade", "HTTP2-Settings", "TE",
    };

    private readonly List<(string Name, string Value)> _fields = [];

    private RequestHead(string method, string target, bool isVersion10) => (Method, Target, IsVersion10) = (method, target, isVersion10);

    public string Method { get; }

    /// <summary>The request target: <c>host:port</c> of a CONNECT, else path and query.</summary>
    public string Target { get; private set; }

    /// <summary>Host and port of an <c>http://</c> target, or null when the target named none.</summary>
    public (HostName Host, int Port)? Authority { get; private set; }

    /// <summary>Host and port of the Host field; port 0 when it names none.</summary>
    public (HostName Host, int Port)? Host { get; private set; }

    /// <summary>Bytes of the body; null when it is chunked.</summary>
    public long? ContentLength { get; private set; } = 0;

    /// <summary>Whether the connection ends after the response.</summary>
    public bool IsLast { get; private set; }

    private bool IsVersion10 { get; }

    /// <summary>Parses a head with the empty line that ends it. On failure <paramref name="problem"/> says what is wrong.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out RequestHead? head, out string problem)
    {
        head = null;
        var lines = Encoding.Latin1.GetString(bytes[..^4]).Split("\r\n");
        problem = "malformed request line";
        if (lines.Length > MaxFields + 1 || !TryParseLine(lines[0], out var method, out var target))
            return false;

        var parsed = new RequestHead(method, target, lines[0].EndsWith('0'));
        if (!parsed.TryReadTarget())
            return false;
        foreach (var line in lines.AsSpan(1))
        {
            if (!parsed.TryReadField(line, out problem))
                return false;
        }

        if (!parsed.TryReadMeaning(out problem))
            return false;
        head = parsed;
        return true;
    }

    /// <summary>Whether this is the first line of a request, without its end.</summary>
    public static bool IsRequestLine(ReadOnlySpan<byte> line) => TryParseLine(Encoding.Latin1.GetString(line), out _, out _);

    /// <summary>The head as it is sent on: path and query as the target, and nothing that belongs to the connection to us.</summary>
    public byte[] ToBytes(bool close)
    {
        var text = new StringBuilder();
        text.Append(Method).Append(' ').Append(Target).Append(IsVersion10 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
        foreach (var (name, value) in _fields)
        {
            if (!NotForwarded.Contains(name))
                text.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        if (close || IsLast)
            text.Append("Connection: close\r\n");
        return Encoding.Latin1.GetBytes(text.Append("\r\n").ToString());
    }

    private static bool TryParseLine(string line, out string method, out string target)
    {
        (method, target) = line.Split(' ') is [var first, var second, "HTTP/1.1" or "HTTP/1.0"] ? (first, second) : ("", "");
        return IsToken(method) && target.Length > 0 && !target.AsSpan().ContainsAnyExceptInRange('!', '~');
    }

    private static bool IsToken(string text) => text.Length > 0 && !text.AsSpan().ContainsAnyExcept(TokenCharacters);

    private bool TryReadTarget()
    {
        if (Method == "CONNECT")
        {
            if (!HostName.TryParseAuthority(Target, 0, out var host, out var port) || port == 0)
                return false;
            Authority = (host, port);
            return true;
        }

        if (Target[0] == '/' || (Target == "*" && Method == "OPTIONS"))
            return true;

        const string Scheme = "http://";
        if (!Target.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return false;
        var rest = Target[Scheme.Length..];
        var end = rest.AsSpan().IndexOfAny('/', '?', '#');
        var authority = end < 0 ? rest : rest[..end];
        if (!HostName.TryParseAuthority(authority, 80, out var name, out var at))
            return false;
        Authority = (name, at);
        Target = end < 0 ? "/" : rest[end] == '/' ? rest[end..] : "/" + rest[end..];
        return true;
    }

    private bool TryReadField(string line, out string problem)
    {
        problem = "malformed header line";
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || !IsToken(line[..colon]))
            return false;
        var value = line[(colon + 1)..].Trim(' ', '\t');
        foreach (var c in value)
        {
            if (c is < ' ' and not '\t' or '\x7f')
                return false;
        }

        _fields.Add((line[..colon], value));
        return true;
    }

    private bool TryReadMeaning(out string problem)
    {
        problem = "";
        string? host = null, length = null, coding = null;
        foreach (var (name, value) in _fields)
        {
            if (Is(name, "Host") && host is not null || Is(name, "Content-Length") && length is not null || Is(name, "Transfer-Encoding") && coding is not null)
                problem = $"more than one {name} field";
            if (Is(name, "Host"))
                host = value;
            else if (Is(name, "Content-Length"))
                length = value;
            else if (Is(name, "Transfer-Encoding"))
                coding = value;
            else if (Is(name, "Connection"))
                IsLast |= value.Split(',').Any(option => Is(option.Trim(), "close"));
        }

        if (host is not null && HostName.TryParseAuthority(host, 0, out var parsed, out var port))
            Host = (parsed, port);
        else if (host is not null)
            problem = "malformed Host field";
        if (coding is not null)
        {
            ContentLength = null;
            if (length is not null || IsVersion10 || !Is(coding, "chunked"))
                problem = "ambiguous body length";
        }
        else if (length is not null)
        {
            if (length.Length > 18 || !long.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes))
                problem = "malformed Content-Length";
            else
                ContentLength = bytes;
        }

        IsLast |= IsVersion10;
        return problem.Length == 0;
    }

    private static bool Is(string text, string other) => string.Equals(text, other, StringComparison.OrdinalIgnoreCase);
}
