using System.Text;

namespace Drafthorse.Sandbox.Files.Editing;

/// <summary>How much two texts may differ and still count as the same.</summary>
internal enum Looseness
{
    /// <summary>White space at line ends, and the kind of line ending.</summary>
    LineEnds,

    /// <summary>Indentation and runs of white space too.</summary>
    Spaces,

    /// <summary>Typographic quotes and dashes too.</summary>
    Typography,
}

/// <summary>A text with what does not count taken out, and where each of its characters came from.</summary>
internal sealed class LooseText
{
    private readonly List<int> _origins;

    private LooseText(string text, List<int> origins)
    {
        Text = text;
        _origins = origins;
    }

    public static IEnumerable<Looseness> Levels { get; } = [Looseness.LineEnds, Looseness.Spaces, Looseness.Typography];

    public string Text { get; }

    public static LooseText Of(ReadOnlySpan<char> source, Looseness looseness)
    {
        var text = new StringBuilder(source.Length);
        var origins = new List<int>(source.Length);
        var spaceFrom = -1;
        var lineIsEmpty = true;
        for (var i = 0; i < source.Length; i++)
        {
            var c = source[i];
            if (c == '\n')
            {
                Add(c, i);
                spaceFrom = -1;
                lineIsEmpty = true;
            }
            else if (char.IsWhiteSpace(c))
            {
                spaceFrom = spaceFrom < 0 ? i : spaceFrom;
            }
            else
            {
                if (spaceFrom >= 0 && looseness == Looseness.LineEnds)
                {
                    for (var space = spaceFrom; space < i; space++)
                    {
                        Add(source[space], space);
                    }
                }
                else if (spaceFrom >= 0 && !lineIsEmpty)
                {
                    Add(' ', spaceFrom);
                }

                spaceFrom = -1;
                lineIsEmpty = false;
                Add(looseness == Looseness.Typography ? Plain(c) : c, i);
            }
        }

        return new LooseText(text.ToString(), origins);

        void Add(char c, int origin)
        {
            text.Append(c);
            origins.Add(origin);
        }
    }

    /// <summary>A line of the replacement with the file's own characters where it begins and ends as the line that it takes the place of,
    /// typography left aside: whoever quotes a line with plain quotes does not ask for others.</summary>
    public static string KeepShared(ReadOnlySpan<char> actual, ReadOnlySpan<char> replacement)
    {
        var most = Math.Min(actual.Length, replacement.Length);
        var head = 0;
        while (head < most && IsAlike(actual[head], replacement[head]))
        {
            head++;
        }

        var tail = 0;
        while (tail < most - head && IsAlike(actual[^(tail + 1)], replacement[^(tail + 1)]))
        {
            tail++;
        }

        return string.Concat(actual[..head], replacement[head..^tail], actual[^tail..]);
    }

    /// <summary>The places in the source where the wanted text stands, as <see cref="PlainView.Find"/> gives them.</summary>
    public List<(int Start, int End)> Find(string wanted, bool all) =>
        [.. PlainView.Occurrences(Text, wanted, all).Where(place => !IsInsideWord(place.Start) && !IsInsideWord(place.End)).Select(place => (_origins[place.Start], _origins[place.End - 1] + 1))];

    private static bool IsAlike(char a, char b) => Plain(a) == Plain(b) || char.IsWhiteSpace(a) && char.IsWhiteSpace(b);

    private static char Plain(char c) => c switch
    {
        '‘' or '’' or '‚' or '‛' => '\'',
        '“' or '”' or '„' or '‟' => '"',
        '‐' or '‑' or '‒' or '–' or '—' or '―' or '−' => '-',
        _ => c,
    };

    // White space at the wanted text's ends was dropped, so what it kept apart must still be apart.
    private bool IsInsideWord(int at) => at > 0 && at < Text.Length && IsWord(Text[at - 1]) && IsWord(Text[at]);

    private static bool IsWord(char c) => char.IsLetterOrDigit(c) || c == '_';
}
