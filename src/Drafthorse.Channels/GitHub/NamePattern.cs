namespace Drafthorse.Channels.GitHub;

/// <summary>Names with <c>*</c> for any run of characters, compared without case: <c>owner/*</c>, <c>*-admin</c>.</summary>
internal static class NamePattern
{
    public static bool MatchesAny(IReadOnlyList<string> patterns, string name) => patterns.Any(pattern => Matches(pattern, name));

    private static bool Matches(string pattern, string name)
    {
        var parts = pattern.Split('*');
        if (parts.Length == 1)
            return name.Equals(pattern, StringComparison.OrdinalIgnoreCase);

        var (first, last) = (parts[0], parts[^1]);
        if (name.Length < first.Length + last.Length
            || !name.StartsWith(first, StringComparison.OrdinalIgnoreCase)
            || !name.EndsWith(last, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var middle = name.AsSpan(first.Length, name.Length - first.Length - last.Length);
        foreach (var part in parts[1..^1])
        {
            var at = middle.IndexOf(part, StringComparison.OrdinalIgnoreCase);
            if (at < 0)
                return false;
            middle = middle[(at + part.Length)..];
        }

        return true;
    }
}
