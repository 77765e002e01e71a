using System.Diagnostics.CodeAnalysis;

namespace Drafthorse.Harness.Egress;

/// <summary>
/// One entry of an allow-list: <c>host</c>, <c>*.suffix</c> (any name below the suffix, not the suffix) or <c>*</c> (any name), and
/// after a colon a port. Without a port it holds for 80 and 443. On other ports what may be TLS or HTTP is read and must name the host;
/// <c>/tcp</c> after the port carries whatever is spoken there unread.
/// </summary>
internal sealed record EgressRule
{
    private const string AnyProtocol = "/tcp";

    private readonly string _host;
    private readonly string? _suffix;

    private EgressRule(string host, int? port, bool isOpaque = false)
    {
        (_host, Port, IsOpaque) = (host, port, isOpaque);
        _suffix = host.StartsWith("*.", StringComparison.Ordinal) ? host[1..] : null;
    }

    /// <summary>The port, or null for 80 and 443.</summary>
    public int? Port { get; }

    /// <summary>Whether connections are carried unread (<c>/tcp</c>): then the whole port is trusted, under whatever name it is spoken to.</summary>
    public bool IsOpaque { get; }

    /// <summary>Whether the rule names one host on one port, so that it may lead to a private address.</summary>
    internal bool IsExact => Port is not null && !_host.StartsWith('*');

    /// <summary>Parses a rule. Throws <see cref="FormatException"/> that names what is wrong.</summary>
    public static EgressRule Parse(string text) =>
        TryParse(text, out var rule)
            ? rule
            : throw new FormatException($"\"{text}\" is no egress rule: write a host name, \"*.suffix\" or \"*\", with \":port\" after it where it is not 80 or 443, and \"/tcp\" after that where neither TLS nor HTTP is spoken.");

    /// <summary>Parses a rule.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out EgressRule? rule)
    {
        rule = null;
        if (string.IsNullOrEmpty(text))
            return false;

        var isOpaque = text.EndsWith(AnyProtocol, StringComparison.Ordinal);
        if (isOpaque)
            text = text[..^AnyProtocol.Length];
        var prefix = text.StartsWith("*.", StringComparison.Ordinal) ? "*." : "";
        if (text == "*" || text.StartsWith("*:", StringComparison.Ordinal))
            (prefix, text) = ("*", "any" + text[1..]);
        if (!HostName.TryParseAuthority(text[(prefix == "*." ? 2 : 0)..], 0, out var host, out var port) || (prefix.Length > 0 && host.Address is not null) || (isOpaque && port is 0 or 80 or 443))
            return false;

        rule = new EgressRule(prefix == "*" ? "*" : prefix + host.Text, port == 0 ? null : port, isOpaque);
        return true;
    }

    internal static EgressRule Exact(HostName host, int port) => new(host.Text, port);

    internal bool Matches(HostName host, int port)
    {
        if (Port is { } only ? port != only : port is not (80 or 443))
            return false;
        if (host.Address is not null)
            return _host == host.Text;
        return _host == "*" || (_suffix is null ? _host == host.Text : host.Text.EndsWith(_suffix, StringComparison.Ordinal) && host.Text.Length > _suffix.Length);
    }

    /// <inheritdoc />
    public override string ToString() => Port is null ? _host : $"{(_host.Contains(':', StringComparison.Ordinal) ? $"[{_host}]" : _host)}:{Port}{(IsOpaque ? AnyProtocol : "")}";
}
