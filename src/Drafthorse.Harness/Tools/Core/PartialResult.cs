namespace Drafthorse.Harness;

/// <summary>A result that is not whole says so in its first and its last line, wherever a model looks.</summary>
internal static class PartialResult
{
    /// <summary>The text between two lines of what is missing and how to get it; the text alone when nothing is.</summary>
    public static string Frame(string text, params IEnumerable<string?> missing)
    {
        var notes = string.Join("; ", missing.Where(note => note is not null));
        return notes.Length == 0 ? text : $"[{notes}]\n{text}{(text.Length == 0 || text.EndsWith('\n') ? "" : "\n")}[{notes}]";
    }
}
