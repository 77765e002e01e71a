using System.Text;

namespace Drafthorse.Sandbox.Files.Editing;

/// <summary>Replaces quoted parts of a text: exactly, else with white space ignored where that tells one place, or all are wanted.</summary>
internal static class TextEdits
{
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

        // Who changes nothing but line endings means exactly those.
        var isAboutEndings = LineEndings.Plain(edit.OldText) == LineEndings.Plain(edit.NewText);
        var byReturns = LineEndings.AreReturns(text);
        var exact = isAboutEndings ? PlainView.Occurrences(text, edit.OldText, edit.ReplaceAll) : new PlainView(text).Find(edit.OldText, edit.ReplaceAll);
        if (exact.Count > 0)
        {
            Check(text, exact, edit, $"{name}: old_text is found");
            var (result, count) = Replace(text, exact, place => isAboutEndings ? (place.Start, place.End, edit.NewText) : Exactly(text, place, edit, byReturns), name);
            return (result, count, false);
        }

        foreach (var looseness in LooseText.Levels)
        {
            var places = LooseText.Of(text, looseness).Find(LooseText.Of(edit.OldText, looseness).Text, edit.ReplaceAll);
            if (places.Count > 0 && !isAboutEndings)
            {
                Check(text, places, edit, $"{name}: old_text was not found exactly, and with white space ignored it is found");
                var (result, count) = Replace(text, places, place => new LooseReplacement(text, place, edit, byReturns).Write(), name);
                return (result, count, true);
            }
        }

        var hint = edit.NewText.Length > 10 && text.Contains(edit.NewText, StringComparison.Ordinal) ? " new_text is there already: the edit may have been made before." : "";
        throw new FileException(
            FileErrorKind.NoMatch,
            $"{name}: old_text was not found; nothing was changed.{hint} {NearestLines.Describe(new TextLines(text), edit.OldText)}\nQuote the text exactly as read_file shows it.");
    }

    private static (int Start, int End, string New) Exactly(string text, (int Start, int End) place, FileEdit edit, bool byReturns)
    {
        // The old text ended with a line feed that the file's last line does not have.
        var lacksEnd = place.End == text.Length && edit.OldText.EndsWith('\n') && !text.EndsWith('\n') && !byReturns;
        var replacement = lacksEnd && edit.NewText.EndsWith('\n') ? edit.NewText[..^(edit.NewText.EndsWith("\r\n", StringComparison.Ordinal) ? 2 : 1)] : edit.NewText;
        return (place.Start, place.End, LineEndings.Fit(text, place.Start, place.End, replacement, byReturns));
    }

    private static (string Text, int Count) Replace(string text, List<(int Start, int End)> places, Func<(int Start, int End), (int Start, int End, string New)> write, string name)
    {
        var result = new StringBuilder(text.Length);
        var (from, count) = (0, 0);
        foreach (var place in places)
        {
            var (start, end, replacement) = write(place);
            start = Math.Max(start, from);
            result.Append(text, from, start - from).Append(replacement);
            from = end;
            count++;
            if (result.Length > FileLimits.WriteBytes)
            {
                throw new FileException(FileErrorKind.TooLarge, $"{name}: the result would be larger than {FileLimits.WriteBytes:N0} bytes; nothing was changed.");
            }
        }

        return (result.Append(text, from, text.Length - from).ToString(), count);
    }

    private static void Check(string text, List<(int Start, int End)> places, FileEdit edit, string found)
    {
        if (places.Count > 1 && !edit.ReplaceAll)
        {
            var lines = new TextLines(text);
            throw new FileException(
                FileErrorKind.SeveralMatches,
                $"{found} {places.Count}{(places.Count == Places.Most ? " or more" : "")} times: {Places.Describe(lines, [.. places.Select(place => lines.LineAt(place.Start))])}; nothing was changed. Quote more lines around the right one, or set replace_all to change all of them.");
        }
    }
}
