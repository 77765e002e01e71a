using System.Text.RegularExpressions;
using Drafthorse.Harness.Text;

namespace Drafthorse.Harness.GitGateway.Push.Leaving;

/// <summary>Looks at the lines that a push adds.</summary>
internal sealed partial class LineScan
{
    private const int MostHosts = 200;
    private const int LongestLine = 20_000;

    private readonly List<PushFinding> _findings = [];
    private readonly HashSet<(string Path, string Kind)> _seen = [];

    /// <summary>Hosts that the lines name, each with the first file that does.</summary>
    public Dictionary<string, string> Hosts { get; } = new(StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<PushFinding> Findings => _findings;

    public void Add(string path, int line, string text)
    {
        text = text.TrimEnd('\r');
        if (line == 1)
            text = text.TrimStart('\uFEFF');
        if (SecretForms.Find(path, text) is { } secret)
            Add(path, "secret", $"{secret} in line {line}");
        if (text.Length > LongestLine)
            text = text[..LongestLine];
        if (ForeignText.Visible(text) != text)
            Add(path, "hidden", $"characters that nobody sees, or that turn text around, in line {line}");
        foreach (Match host in Address().Matches(text))
        {
            if (Hosts.Count < MostHosts)
                Hosts.TryAdd(host.Groups[1].Value.TrimEnd('.'), path);
        }
    }

    private void Add(string path, string kind, string reason)
    {
        if (_seen.Add((path, kind)))
            _findings.Add(new PushFinding(path, reason));
    }

    [GeneratedRegex("""\b(?:https?|wss?|ftp|ssh)://(?:[^\s/@'"<>]{1,100}@)?([A-Za-z0-9][A-Za-z0-9.-]{0,252}\.[A-Za-z]{2,24})\b""")]
    private static partial Regex Address();
}
