namespace Drafthorse.Harness.Threads.Operations;

/// <summary>Changes as the line of text that one replica sends to the others.</summary>
internal static class ChangeNews
{
    public static string Write(IEnumerable<Change> changes) => string.Join(' ', changes.Select(change => $"{change.ThreadId.Value:N}{(change.Work ? "!" : "")}"));

    /// <summary>Null when the line does not name threads.</summary>
    public static IReadOnlyList<Change>? Read(string news)
    {
        var changes = new List<Change>();
        foreach (var word in news.Split(' '))
        {
            if (!Guid.TryParseExact(word.TrimEnd('!'), "N", out var id))
                return null;
            changes.Add(new Change(new ThreadId(id), word.EndsWith('!')));
        }

        return changes;
    }
}
