using System.Globalization;

namespace Drafthorse.Harness.GitGateway.Http;

/// <summary>The head of a request of a hostile peer: only what the git endpoints need, and nothing ambiguous.</summary>
internal sealed record HttpRequestHead
{
    private const int MaxHeaders = 64;

    public required string Method { get; init; }

    public required string Path { get; init; }

    public required string Query { get; init; }

    /// <summary>The body's length; null when it is chunked.</summary>
    public required long? ContentLength { get; init; }

    public required bool IsGzip { get; init; }

    public required string ContentType { get; init; }

    public required string GitProtocol { get; init; }

    public required bool KeepAlive { get; init; }

    public required bool ExpectsContinue { get; init; }

    /// <summary>Reads a head, given without its final empty line. Throws <see cref="HttpException"/>.</summary>
    public static HttpRequestHead Parse(string text)
    {
        var lines = text.Split("\r\n");
        if (lines.Length > MaxHeaders + 1)
            throw new HttpException(431, "too many header lines");
        if (lines.Any(line => line.Any(c => c is < ' ' and not '\t' or > '~')))
            throw new HttpException(400, "control or non-ASCII characters in the head");
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in lines.Skip(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || line.AsSpan(0, colon).IndexOfAnyExcept(TokenCharacters) >= 0)
                throw new HttpException(400, "malformed header line");
            if (!headers.TryAdd(line[..colon], line[(colon + 1)..].Trim(' ', '\t')) && IsSingular(line[..colon]))
                throw new HttpException(400, $"repeated header {line[..colon]}");
        }

        if (lines[0].Split(' ') is not [var method, var target, "HTTP/1.1"])
            throw new HttpException(400, "malformed request line (HTTP/1.1 only)");
        var (path, query) = SplitTarget(target);
        return new HttpRequestHead
        {
            Method = method,
            Path = path,
            Query = query,
            ContentLength = ReadLength(headers),
            IsGzip = ReadEncoding(headers),
            ContentType = headers.GetValueOrDefault("Content-Type", ""),
            GitProtocol = headers.GetValueOrDefault("Git-Protocol", ""),
            KeepAlive = !headers.GetValueOrDefault("Connection", "").Contains("close", StringComparison.OrdinalIgnoreCase),
            ExpectsContinue = headers.GetValueOrDefault("Expect", "").Equals("100-continue", StringComparison.OrdinalIgnoreCase),
        };
    }

    private static readonly System.Buffers.SearchValues<char> TokenCharacters =
        System.Buffers.SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    private static bool IsSingular(string name) => name.ToUpperInvariant()
        is "CONTENT-LENGTH" or "TRANSFER-ENCODING" or "CONTENT-ENCODING" or "CONTENT-TYPE" or "GIT-PROTOCOL" or "HOST" or "EXPECT";

    // A client that goes through a proxy names the whole address; its host part decides nothing here.
    private static (string Path, string Query) SplitTarget(string target)
    {
        if (target.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
            target = target.IndexOf('/', "http://".Length) is var slash and > 0 ? target[slash..] : "/";
        if (!target.StartsWith('/'))
            throw new HttpException(400, "malformed request target");
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        return mark < 0 ? (target, "") : (target[..mark], target[(mark + 1)..]);
    }

    private static long? ReadLength(Dictionary<string, string> headers)
    {
        var hasLength = headers.TryGetValue("Content-Length", out var length);
        if (headers.TryGetValue("Transfer-Encoding", out var encoding))
        {
            return !hasLength && encoding.Equals("chunked", StringComparison.OrdinalIgnoreCase)
                ? null
                : throw new HttpException(400, "ambiguous body length");
        }

        if (!hasLength)
            return 0;
        return length!.Length <= 15 && long.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
            ? bytes
            : throw new HttpException(400, "malformed Content-Length");
    }

    private static bool ReadEncoding(Dictionary<string, string> headers) =>
        headers.GetValueOrDefault("Content-Encoding", "identity").ToUpperInvariant() switch
        {
            "IDENTITY" or "" => false,
            "GZIP" or "X-GZIP" => true,
            _ => throw new HttpException(415, "only gzip is understood"),
        };
}
