namespace Drafthorse.Sandbox.Files.Editing;

/// <summary>A stretch of lines in which a change is looked for.</summary>
internal readonly record struct HunkScope(int Start, int End, int Indent, bool IsSection)
{
    private const int TabWidth = 8;

    public bool Holds(int line) => line >= Start && line < End;

    /// <summary>Whether lines below the stretch can still go by its header, as between two functions: not where another header has them.</summary>
    public bool MayPrecede(TextLines lines, int at) =>
        at >= Start && (Start == End || !IsSection && (at >= lines.Count || lines[at].IsWhiteSpace() || Indentation(lines[at]) <= Indent));

    /// <summary>What belongs to a header: the lines below it, up to the next line that is not indented deeper and begins something.
    /// Where nothing is indented, up to the next line that begins with the same punctuation, such as the <c>[</c> of a section.</summary>
    public static HunkScope Below(TextLines lines, int header, int end)
    {
        var own = Indentation(lines[header]);
        var text = lines[header].TrimStart();
        var mark = !text.IsEmpty && !Begins(text) || text.StartsWith('[') || text.StartsWith('#') ? text[0] : '\0';
        var at = header + 1;
        for (; at < end; at++)
        {
            var line = lines[at];
            if (line.IsWhiteSpace() || Indentation(line) > own)
            {
                continue;
            }

            if (mark == '\0' ? Begins(line) : line.TrimStart()[0] == mark)
            {
                break;
            }
        }

        return new HunkScope(header + 1, at, own, mark != '\0');
    }

    public static int Indentation(ReadOnlySpan<char> line)
    {
        var columns = 0;
        foreach (var c in line)
        {
            if (c == '\t')
            {
                columns += TabWidth - (columns % TabWidth);
            }
            else if (c == ' ')
            {
                columns++;
            }
            else
            {
                break;
            }
        }

        return columns;
    }

    /// <summary>Whether a line begins something of its own: a brace or a bracket that closes goes on with what is above.</summary>
    public static bool Begins(ReadOnlySpan<char> line)
    {
        line = line.TrimStart();
        return !line.IsEmpty && line[0] is not ('{' or '}' or '(' or ')' or ']' or ',' or ';' or ':');
    }
}
