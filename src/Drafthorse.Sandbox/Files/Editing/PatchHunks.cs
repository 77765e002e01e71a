using System.Text;

namespace Drafthorse.Sandbox.Files.Editing;

/// <summary>Applies the changes of a patch to the text of one file, finding their places by the lines around them.</summary>
internal sealed class PatchHunks
{
    private readonly TextLines _lines;
    private readonly string _display;
    private readonly List<(int Start, int Count, List<string> New)> _replacements = [];
    private readonly Dictionary<Looseness, string[]> _loose = [];

    private PatchHunks(string text, string display)
    {
        _lines = new TextLines(text);
        _display = display;
    }

    /// <summary>The new text, and whether white space was ignored somewhere.</summary>
    public static (string Text, bool WasLoose) Apply(string text, IReadOnlyList<PatchHunk> hunks, string display)
    {
        var patch = new PatchHunks(text, display);
        var from = 0;
        var wasLoose = false;
        for (var i = 0; i < hunks.Count; i++)
        {
            from = patch.Place(hunks[i], from, $"{display}, change {i + 1} of {hunks.Count} (line {hunks[i].Line} of the patch)", out var loose);
            wasLoose |= loose;
        }

        return (patch.Rebuild(), wasLoose);
    }

    private int Place(PatchHunk hunk, int from, string name, out bool wasLoose)
    {
        wasLoose = false;
        foreach (var anchor in hunk.Anchors)
        {
            var (at, _) = Find([anchor], from, isAtEnd: false);
            at = at >= 0 ? at : Find([anchor], 0, isAtEnd: false).At;
            from = at >= 0 ? at + 1 : throw NotFound(name, "the line after @@", anchor);
        }

        var lines = hunk.Lines;
        if (lines.TrueForAll(line => line.Sign == '+'))
        {
            // Without any line around it: below its @@ line, else at the end of the file.
            var place = hunk.Anchors.Count > 0 && !hunk.IsAtEnd ? from : _lines.Count;
            _replacements.Add((place, 0, [.. lines.Select(line => line.Text)]));
            return place;
        }

        var old = hunk.Old.ToList();
        var (start, looseness) = Find(old, from, hunk.IsAtEnd);
        while (start < 0 && old.Count > 1 && old[^1].Length == 0 && lines[^1].Sign == ' ')
        {
            // Models end a change with empty lines that the file does not have.
            lines = lines[..^1];
            old.RemoveAt(old.Count - 1);
            (start, looseness) = Find(old, from, hunk.IsAtEnd);
        }

        if (start < 0)
        {
            (start, looseness) = Find(old, 0, hunk.IsAtEnd);
            if (start >= 0 && Find(old, start + 1, hunk.IsAtEnd).At >= 0)
            {
                throw new FileException(FileErrorKind.NoMatch, $"{name}: its lines are found only above the change before it, and more than once. Put the changes in the file's order. Nothing was changed.");
            }
        }

        if (start < 0)
        {
            throw NotFound(name, "the lines to change", string.Join('\n', old));
        }

        wasLoose = looseness is not null;
        _replacements.Add((start, old.Count, NewLines(lines, start, looseness)));
        return start + old.Count;
    }

    private List<string> NewLines(List<(char Sign, string Text)> lines, int start, Looseness? looseness)
    {
        var indentation = new Indentation();
        var old = lines.Where(line => line.Sign != '+').ToList();
        for (var i = looseness is null ? -1 : old.Count - 1; i >= 0; i--)
        {
            indentation.Learn(old[i].Text, _lines[start + i]);
        }

        var line = start;
        var result = new List<string>();
        foreach (var (sign, text) in lines)
        {
            if (sign == '+')
            {
                result.Add(looseness is null ? text : indentation.Apply(text));
            }
            else
            {
                // Lines that stay keep the file's own white space.
                if (sign == ' ')
                {
                    result.Add(_lines[line].ToString());
                }

                indentation.Learn(text, _lines[line]);
                line++;
            }
        }

        return result;
    }

    private (int At, Looseness? Looseness) Find(List<string> wanted, int from, bool isAtEnd)
    {
        if (wanted.Count == 0)
        {
            return (-1, null);
        }

        var exact = FindFirst(wanted, from, isAtEnd, (line, text) => _lines[line].SequenceEqual(text));
        if (exact >= 0)
        {
            return (exact, null);
        }

        foreach (var looseness in LooseText.Levels)
        {
            var loose = Loose(looseness);
            var at = FindFirst([.. wanted.Select(line => LooseText.Of(line, looseness).Text)], from, isAtEnd, (line, text) => loose[line] == text);
            if (at >= 0)
            {
                return (at, looseness);
            }
        }

        return (-1, null);
    }

    private int FindFirst(List<string> wanted, int from, bool isAtEnd, Func<int, string, bool> isSame)
    {
        var last = _lines.Count - wanted.Count;
        if (isAtEnd)
        {
            return last >= 0 && Matches(last) ? last : -1;
        }

        for (var at = from; at <= last; at++)
        {
            if (Matches(at))
            {
                return at;
            }
        }

        return -1;

        bool Matches(int at)
        {
            for (var i = 0; i < wanted.Count; i++)
            {
                if (!isSame(at + i, wanted[i]))
                {
                    return false;
                }
            }

            return true;
        }
    }

    private string[] Loose(Looseness looseness)
    {
        if (!_loose.TryGetValue(looseness, out var lines))
        {
            lines = new string[_lines.Count];
            for (var line = 0; line < lines.Length; line++)
            {
                lines[line] = LooseText.Of(_lines[line], looseness).Text;
            }

            _loose[looseness] = lines;
        }

        return lines;
    }

    private string Rebuild()
    {
        var ending = TextLines.EndingOf(_lines.Text);
        var text = new StringBuilder(_lines.Text.Length);
        var line = 0;
        foreach (var (start, count, added) in _replacements.OrderBy(replacement => replacement.Start))
        {
            if (start < line)
            {
                throw new FileException(FileErrorKind.Invalid, $"{_display}: two changes of the patch overlap at line {start + 1}. Join them into one. Nothing was changed.");
            }

            text.Append(_lines.Text, _lines.Start(line), _lines.Start(start) - _lines.Start(line));
            if (added.Count > 0 && text.Length > 0 && text[^1] != '\n')
            {
                text.Append(ending);
            }

            foreach (var newLine in added)
            {
                text.Append(newLine).Append(ending);
            }

            line = start + count;
        }

        text.Append(_lines.Text, _lines.Start(line), _lines.Text.Length - _lines.Start(line));
        return text.ToString();
    }

    private FileException NotFound(string name, string what, string wanted) =>
        new(FileErrorKind.NoMatch, $"{name}: {what} was not found; nothing was changed. {NearestLines.Describe(_lines, wanted)}\nTake the lines exactly as read_file shows them.");
}
