using System.Text.RegularExpressions;

namespace Drafthorse.Harness.GitGateway.Push.Leaving;

/// <summary>Finds what looks like a secret in one line of text: by the forms that vendors give their keys, and by how much chance is in a value.</summary>
internal static partial class SecretForms
{
    private const int LongestLine = 100_000;
    private const double LeastBits = 4.3;
    private const double LeastBitsUnnamed = 4.7;
    private const int LongUnnamed = 40;

    private static readonly string[] MadeFiles = [".lock", "-lock.json", "-lock.yaml", "go.sum", ".min.js", ".map", ".svg", ".lock.json", ".snap", ".ipynb"];

    /// <summary>What a line of a file holds, or null.</summary>
    public static string? Find(string path, string line)
    {
        if (line.Length > LongestLine)
            line = line[..LongestLine];
        if (Known().Match(line) is { Success: true } known)
            return NameOf(known.Value);

        // Files that tools make are full of checksums.
        if (Array.Exists(MadeFiles, ending => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase)))
            return null;
        foreach (Match value in Value().Matches(line))
        {
            var named = Name().IsMatch(line[..value.Index]);
            var text = value.Groups[1].Value;
            if ((named || text.Length >= LongUnnamed) && !IsChecksum(line, value.Index, text) && Bits(text) >= (named ? LeastBits - (text.Length < 24 ? 0.7 : 0) : LeastBitsUnnamed))
                return named ? "a value by its name and look a secret" : "a long value that looks like chance, as keys do";
        }

        return null;
    }

    private static string NameOf(string value) =>
        value.StartsWith("-----", StringComparison.Ordinal) ? "a private key"
        : value.StartsWith("AKIA", StringComparison.Ordinal) || value.StartsWith("ASIA", StringComparison.Ordinal) ? "an AWS access key"
        : value.StartsWith("gh", StringComparison.Ordinal) || value.StartsWith("github_", StringComparison.Ordinal) ? "a GitHub token"
        : value.StartsWith("eyJ", StringComparison.Ordinal) ? "a signed token (JWT)"
        : value.Contains("://", StringComparison.Ordinal) ? "an address with a password, or of a secret hook"
        : "a key of a known form";

    /// <summary>Hexadecimal digits are checksums and commits, unless something before them says otherwise.</summary>
    private static bool IsChecksum(string line, int at, string text) =>
        text.All(char.IsAsciiHexDigit) && !Name().IsMatch(line[..at])
        || line.AsSpan(0, at + 8 < line.Length ? at + 8 : line.Length).Contains("sha", StringComparison.OrdinalIgnoreCase) || text.Contains("sha256", StringComparison.OrdinalIgnoreCase)
        || text.Contains('/', StringComparison.Ordinal) && text.Count(letter => letter == '/') > 2;

    /// <summary>Bits of chance in each character (Shannon).</summary>
    private static double Bits(string text) =>
        text.GroupBy(letter => letter).Select(same => (double)same.Count() / text.Length).Sum(share => -share * Math.Log2(share));

    [GeneratedRegex("""-----BEGIN [A-Z ]{0,30}PRIVATE KEY|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36,255}|\bgithub_pat_[A-Za-z0-9_]{22,255}|\bglpat-[A-Za-z0-9_-]{20,64}|\bxox[abeoprs]-[A-Za-z0-9-]{10,255}|\b[sr]k_live_[A-Za-z0-9]{16,255}|\bAIza[A-Za-z0-9_-]{35}|\bsk-(?:ant-|proj-|or-)?[A-Za-z0-9_-]{32,255}|\bnpm_[A-Za-z0-9]{36}|\bpypi-[A-Za-z0-9_-]{50,255}|\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}|\beyJ[A-Za-z0-9_-]{10,1000}\.eyJ[A-Za-z0-9_-]{10,2000}\.[A-Za-z0-9_-]{20,1000}|\bhf_[A-Za-z]{34}|\bdop_v1_[a-f0-9]{64}|\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}|https://hooks\.slack\.com/services/T[A-Za-z0-9/]{20,100}|https://(?:discord|discordapp)\.com/api/webhooks/[0-9]{10,30}/[A-Za-z0-9_-]{30,100}|\b[a-z][a-z0-9+.-]{1,20}://[^\s:/@'"]{1,100}:[^\s:/@'"$\{<]{6,100}@[A-Za-z0-9]""")]
    private static partial Regex Known();

    [GeneratedRegex("""["'=:\s]([A-Za-z0-9+/_.~-]{16,512}={0,2})(?=["'\s,;)]|$)""")]
    private static partial Regex Value();

    [GeneratedRegex("""(?i)(?:secret|token|passw(?:or)?d|passwd|api_?-?key|access_?-?key|private_?-?key|credential|client_?-?secret)[A-Za-z0-9_.-]{0,30}["']?\s{0,4}[:=]{1,2}\s{0,4}["']?$""")]
    private static partial Regex Name();
}
