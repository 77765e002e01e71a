using System.Text;

namespace Drafthorse.Sandbox.Files.Editing;

/// <summary>Writes one change of a patch: lines that stay are the file's own, new ones get the indentation and the ending of the place.</summary>
internal sealed class HunkLines(TextLines lines, IReadOnlyList<(char Sign, string Text)> change, int at, bool isLoose)
{
    private readonly Indentation _indentation = new();

    /// <summary>Adds the change to the text, which ends where the change begins. Returns the first line of the file after it.</summary>
    public int AppendTo(StringBuilder text)
    {
        var old = change.Where(line => line.Sign != '+').ToList();
        for (var i = isLoose ? old.Count - 1 : -1; i >= 0; i--)
        {
            _indentation.Learn(old[i].Text, lines[at + i]);
        }

        var line = at;
        var replaced = new Queue<int>();
        foreach (var (sign, quoted) in change)
        {
            switch (sign)
            {
                case ' ':
                    replaced.Clear();
                    EndLine(text, line);
                    text.Append(lines.Text, lines.Start(line), lines.End(line) - lines.Start(line));
                    Learn(quoted, line++);
                    break;
                case '-':
                    replaced.Enqueue(line);
                    Learn(quoted, line++);
                    break;
                default:
                    // A line that takes the place of another has its ending, any other the one of the line before it.
                    var takesItsPlace = replaced.TryDequeue(out var model);
                    model = takesItsPlace ? model : Math.Max(line - 1, 0);
                    EndLine(text, model);
                    text.Append(Written(quoted, model, takesItsPlace)).Append(EndingAround(model));
                    break;
            }
        }

        // A last line without an ending that is no longer the last.
        if (line < lines.Count)
        {
            EndLine(text, line);
        }

        return line;
    }

    private string Written(string quoted, int model, bool takesItsPlace)
    {
        if (!isLoose)
        {
            return quoted;
        }

        var fitted = _indentation.Apply(quoted);
        return takesItsPlace ? LooseText.KeepShared(lines[model], fitted) : fitted;
    }

    private void Learn(string quoted, int line)
    {
        if (isLoose)
        {
            _indentation.Learn(quoted, lines[line]);
        }
    }

    private void EndLine(StringBuilder text, int near)
    {
        if (text.Length > 0 && text[^1] is not '\n' && !(text[^1] == '\r' && LineEndings.AreReturns(lines.Text)))
        {
            text.Append(EndingAround(near));
        }
    }

    private string EndingAround(int line)
    {
        for (var near = Math.Min(line, lines.Count - 1); near >= 0; near--)
        {
            if (lines.Ending(near) is { Length: > 0 } ending)
            {
                return ending;
            }
        }

        return LineEndings.MostOf(lines.Text);
    }
}
