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

    /// <summary>Every place in the source where the wanted text stands, as ranges of the source, up to a number.</summary>
    public List<(int Start, int End)> Find(string wanted, int most)
    {
        var found = new List<(int, int)>();
        for (var at = 0; wanted.Length > 0 && found.Count < most && (at = Text.IndexOf(wanted, at, StringComparison.Ordinal)) >= 0; at += wanted.Length)
        {
            var end = at + wanted.Length;
            if (!IsInsideWord(at) && !IsInsideWord(end))
            {
                found.Add((_origins[at], _origins[end - 1] + 1));
            }
        }

        return found;
    }

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
