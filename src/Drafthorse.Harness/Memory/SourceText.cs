namespace Drafthorse.Harness.Memory;

/// <summary>Compares a fact with what it says it is from: whole sentences, word for word, but for white space, case and the end's punctuation. A part of a
/// sentence is no fact: it can say the opposite.</summary>
internal static class SourceText
{
    private const int Least = 8;
    private const int MostTogether = 6;
    private const string Ends = ".!?;", WideEnds = "。！？；";

    public static string Normal(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Trim().TrimEnd('.', '!', ',', ';', '。', '！', '；', ' ');

    /// <summary>Whether one or some sentences of the source, one after the other, are the fact.</summary>
    public static bool Says(string source, string fact)
    {
        var wanted = Normal(fact);
        if (wanted.Length < Least)
            return false;
        var sentences = Sentences(source);
        for (var first = 0; first < sentences.Count; first++)
        {
            for (var count = 1; count <= MostTogether && first + count <= sentences.Count; count++)
            {
                var said = Normal(string.Join(' ', sentences.Skip(first).Take(count)));
                if (said.Equals(wanted, StringComparison.OrdinalIgnoreCase))
                    return true;
                if (said.Length > wanted.Length)
                    break;
            }
        }

        return false;
    }

    /// <summary>A line's end ends a sentence before an empty line or an item of a list; elsewhere lines are wrapped.</summary>
    private static List<string> Sentences(string source)
    {
        var sentences = new List<string>();
        var open = "";
        foreach (var line in source.Split('\n').Select(line => line.Trim()))
        {
            var bare = line.TrimStart('#', '>', '*', '-', '+', ' ', '\t');
            if (bare.Length == 0 || bare.Length < line.Length)
                Close(sentences, ref open);
            var from = 0;
            for (var at = 0; at < bare.Length; at++)
            {
                if (!WideEnds.Contains(bare[at]) && !(Ends.Contains(bare[at]) && (at + 1 == bare.Length || char.IsWhiteSpace(bare[at + 1]))))
                    continue;
                open = $"{open} {bare[from..(at + 1)]}";
                Close(sentences, ref open);
                from = at + 1;
            }

            open = $"{open} {bare[from..]}";
            if (bare.Length < line.Length && line.StartsWith('#'))
                Close(sentences, ref open);
        }

        Close(sentences, ref open);
        return sentences;
    }

    private static void Close(List<string> sentences, ref string open)
    {
        if (!string.IsNullOrWhiteSpace(open))
            sentences.Add(open.Trim());
        open = "";
    }
}
