namespace Drafthorse.Harness.Egress.Registries;

/// <summary>Reads <c>key = value</c> files with sections, as npm, pip and cargo write them.</summary>
internal static class IniFile
{
    /// <summary>All entries in order; an indented line goes on with the value above it, one entry a line.</summary>
    public static IEnumerable<(string Section, string Key, string Value)> Read(string path)
    {
        var (section, key) = ("", "");
        foreach (var line in ToolMachine.Read(path).Split('\n'))
        {
            var text = line.Trim();
            if (text.Length == 0 || text[0] is '#' or ';')
                continue;
            if (text[0] == '[' && text[^1] == ']')
            {
                (section, key) = (text.Trim('[', ']').Trim(), "");
                continue;
            }

            var equals = text.IndexOf('=', StringComparison.Ordinal);
            var isKey = equals > 0 && !text[..equals].Contains("://", StringComparison.Ordinal);
            if (char.IsWhiteSpace(line[0]) && key.Length > 0 && !isKey)
            {
                yield return (section, key, text);
            }
            else if (isKey)
            {
                key = text[..equals].TrimEnd();
                yield return (section, key, text[(equals + 1)..].Trim().Trim('"', '\''));
            }
        }
    }
}
