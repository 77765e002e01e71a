using System.Text;

namespace Drafthorse.Sandbox.Files.Editing;

/// <summary>Replaces quoted parts of a text: exactly, else with white space ignored where that finds just one place.</summary>
internal static class TextEdits
{
    private const int ShownPlaces = 10;

    /// <summary>Applies the edits one after the other. Throws <see cref="FileException"/> and applies none when one fails.</summary>
    public static (string Text, int Replacements, bool WasLoose) Apply(string text, IReadOnlyList<FileEdit> edits, string display)
    {
        if (edits.Count == 0)
        {
            throw new FileException(FileErrorKind.Invalid, $"{display}: no edits were given. Give at least one with old_text and new_text.");
        }

        var replacements = 0;
        var wasLoose = false;
        for (var i = 0; i < edits.Count; i++)
        {
            var name = edits.Count == 1 ? display : $"{display}, edit {i + 1} of {edits.Count}";
            (text, var count, var loose) = Apply(text, edits[i], name);
            replacements += count;
            wasLoose |= loose;
        }

        return (text, replacements, wasLoose);
    }

    private static (string Text, int Count, bool WasLoose) Apply(string text, FileEdit edit, string name)
    {
        if (edit.OldText.Length == 0)
        {
            throw new FileException(FileErrorKind.Invalid, $"{name}: old_text is empty. Quote the text to replace, or use write_file for a whole file.");
        }

        if (edit.OldText == edit.NewText)
        {
            throw new FileException(FileErrorKind.Invalid, $"{name}: old_text and new_text are the same; nothing was changed.");
        }

        if (Exact(text, edit, name) is { } exact)
        {
            return (exact.Text, exact.Count, false);
        }

        if (text.Contains("\r\n", StringComparison.Ordinal) && !edit.OldText.Contains('\r')
            && Exact(text, edit with { OldText = WithReturns(edit.OldText), NewText = WithReturns(edit.NewText) }, name) is { } returned)
        {
            return (returned.Text, returned.Count, false);
        }

        foreach (var looseness in LooseText.Levels)
        {
            var places = LooseText.Of(text, looseness).Find(LooseText.Of(edit.OldText, looseness).Text, ShownPlaces);
            if (places.Count == 1)
            {
                return (ReplaceLoosely(text, places[0], edit), 1, true);
            }

            if (places.Count > 1)
            {
                throw Ambiguous(text, places.Select(place => place.Start), $"{name}: old_text was not found exactly, and with white space ignored it is found {places.Count} times or more");
            }
        }

        var hint = edit.NewText.Length > 10 && text.Contains(edit.NewText, StringComparison.Ordinal) ? " new_text is there already: the edit may have been made before." : "";
        throw new FileException(
            FileErrorKind.NoMatch,
            $"{name}: old_text was not found; nothing was changed.{hint} {NearestLines.Describe(new TextLines(text), edit.OldText)}\nQuote the text exactly as read_file shows it.");
    }

    private static (string Text, int Count)? Exact(string text, FileEdit edit, string name)
    {
        var places = new List<int>();
        for (var at = 0; (at = text.IndexOf(edit.OldText, at, StringComparison.Ordinal)) >= 0; at += edit.OldText.Length)
        {
            places.Add(at);
        }

        if (places.Count > 1 && !edit.ReplaceAll)
        {
            throw Ambiguous(text, places, $"{name}: old_text is found {places.Count} times");
        }

        if (places.Count == 0)
        {
            return null;
        }

        var length = (long)text.Length + ((long)places.Count * (edit.NewText.Length - edit.OldText.Length));
        return length > FileLimits.WriteBytes
            ? throw new FileException(FileErrorKind.TooLarge, $"{name}: the result would be larger than {FileLimits.WriteBytes:N0} bytes; nothing was changed.")
            : (text.Replace(edit.OldText, edit.NewText, StringComparison.Ordinal), places.Count);
    }

    private static FileException Ambiguous(string text, IEnumerable<int> places, string found)
    {
        var lines = new TextLines(text);
        var numbers = string.Join(", ", places.Take(ShownPlaces).Select(place => lines.LineAt(place) + 1));
        return new FileException(FileErrorKind.NoMatch, $"{found} (lines {numbers}); nothing was changed. Quote more lines around the right one, or set replace_all.");
    }

    private static string ReplaceLoosely(string text, (int Start, int End) place, FileEdit edit)
    {
        var (start, end) = place;
        var lineStart = text.LastIndexOf('\n', Math.Max(start - 1, 0)) + 1;
        lineStart = start == 0 ? 0 : lineStart;
        var ownsIndentation = text.AsSpan(lineStart, start - lineStart).IsWhiteSpace();
        start = ownsIndentation ? lineStart : start;
        if (text[start] == '\n' && start > 0 && text[start - 1] == '\r')
        {
            start--;
        }

        var blanks = end;
        while (blanks < text.Length && text[blanks] is ' ' or '\t')
        {
            blanks++;
        }

        // Blanks at the line's end belong to what was quoted without them.
        end = blanks == text.Length || text[blanks] is '\r' or '\n' ? blanks : end;

        var indentation = new Indentation();
        var quoted = edit.OldText.Split('\n');
        var actual = text[start..end].Split('\n');
        var first = ownsIndentation ? 0 : 1;
        var known = Math.Min(quoted.Length, actual.Length);
        for (var i = known - 1; i >= first; i--)
        {
            indentation.Learn(quoted[i], actual[i]);
        }

        var ending = TextLines.EndingOf(text);
        var replacement = new StringBuilder();
        var lines = edit.NewText.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].TrimEnd('\r');
            if (i >= first && i < known)
            {
                indentation.Learn(quoted[i], actual[i]);
            }

            replacement.Append(i == 0 ? "" : ending).Append(i < first ? line : indentation.Apply(line));
        }

        return string.Concat(text.AsSpan(0, start), replacement.ToString(), text.AsSpan(end));
    }

    private static string WithReturns(string text) => text.Contains('\r') ? text : text.Replace("\n", "\r\n", StringComparison.Ordinal);
}
