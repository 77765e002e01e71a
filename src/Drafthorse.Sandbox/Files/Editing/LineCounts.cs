namespace Drafthorse.Sandbox.Files.Editing;

/// <summary>How many lines differ between two versions of a text, as a person would count them.</summary>
internal static class LineCounts
{
    /// <summary>Lines that only the new one has and lines that only the old one has, their order left aside.</summary>
    public static (int Added, int Removed) Of(string before, string after)
    {
        var counts = new Dictionary<string, int>();
        var lookup = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        var old = new TextLines(before);
        for (var line = 0; line < old.Count; line++)
        {
            lookup[old[line]] = lookup.TryGetValue(old[line], out var count) ? count + 1 : 1;
        }

        var added = 0;
        var kept = 0;
        var current = new TextLines(after);
        for (var line = 0; line < current.Count; line++)
        {
            if (lookup.TryGetValue(current[line], out var count) && count > 0)
            {
                lookup[current[line]] = count - 1;
                kept++;
            }
            else
            {
                added++;
            }
        }

        return (added, old.Count - kept);
    }
}
