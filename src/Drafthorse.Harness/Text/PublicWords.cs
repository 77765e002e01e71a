using System.Text.RegularExpressions;

namespace Drafthorse.Harness.Text;

/// <summary>What anybody may read of why something failed: addresses of this network, ids and places of this machine mean nothing to
/// people, and tell strangers too much. The journal and the log keep them.</summary>
internal static partial class PublicWords
{
    /// <summary>The text without them.</summary>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Id().Replace(Place().Replace(Port().Replace(Address().Replace(text, "(an address)"), "(an address)"), "(a file of the server)"), "(an id)");
    }

    [GeneratedRegex(@"\b[a-z][a-z0-9+.-]*://[^\s""'<>)\]]*[^\s""'<>)\].,;:]", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Address();

    [GeneratedRegex(@"\b(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?\b|\[[0-9a-f:.]*:[0-9a-f:.]*\](?::\d{1,5})?|\b[a-z0-9](?:[a-z0-9-]*\.)*[a-z0-9-]+(?<!\.(?:cs|csproj|ya?ml|json|md|py|jsx?|tsx?|go|rs|java|kt|rb|php|c|h|cpp|sh|toml|xml|txt)):\d{3,5}\b(?!:)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Port();

    [GeneratedRegex(@"(?<![\w/.])/(?:root|home|tmp|var|run|opt|etc|usr|mnt|data|srv|private|Users)/[^\s""'<>)\],;]*[^\s""'<>)\],;.:]", RegexOptions.CultureInvariant)]
    private static partial Regex Place();

    [GeneratedRegex(@"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b|\b[0-9a-f]{32}(?:[0-9a-f]{32})?\b|\bowner:\S+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Id();
}
