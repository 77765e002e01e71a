namespace Drafthorse.Sandbox.Files.Editing;

/// <summary>
/// Reads the patch format that OpenAI's models are trained to write: <c>*** Begin Patch</c>, then sections that add, update,
/// move or delete a file. Tolerates what models wrap around it: a here-document, a Markdown fence, a missing end.
/// </summary>
internal sealed class PatchParser
{
    private const string Begin = "*** Begin Patch", End = "*** End Patch", EndOfFile = "*** End of File";
    private const string Add = "*** Add File:", Update = "*** Update File:", Delete = "*** Delete File:", Move = "*** Move to:";

    private readonly List<FilePatch> _files = [];
    private FilePatch? _file;
    private PatchHunk? _hunk;

    /// <summary>The files of a patch. Throws <see cref="FileException"/> with the number of the line that is wrong.</summary>
    public static IReadOnlyList<FilePatch> Parse(string patch)
    {
        var lines = LineEndings.Plain(patch).Split('\n');
        var first = Array.FindIndex(lines, line => line.Trim() == Begin);
        if (first < 0)
        {
            throw new FileException(FileErrorKind.Invalid, $"The patch does not begin with `{Begin}`. Give: {Begin}, then *** Add File: / *** Update File: / *** Delete File: sections, then {End}.");
        }

        var parser = new PatchParser();
        for (var i = first + 1; i < lines.Length && lines[i].Trim() != End; i++)
        {
            parser.Take(lines[i], i + 1, isLast: i == lines.Length - 1);
        }

        return parser._files.Count > 0 ? parser.Checked() : throw new FileException(FileErrorKind.Invalid, $"The patch names no file. Put `{Update} PATH` and its changes after `{Begin}`.");
    }

    private void Take(string line, int number, bool isLast)
    {
        if (TryStart(line, Add, PatchAction.Add, number) || TryStart(line, Update, PatchAction.Update, number) || TryStart(line, Delete, PatchAction.Delete, number))
        {
            return;
        }

        switch (_file)
        {
            case null when string.IsNullOrWhiteSpace(line):
                break;
            case null:
                throw Wrong(number, line, $"a section must begin with `{Add}`, `{Update}` or `{Delete}` and a path");
            case { Action: PatchAction.Add } when line.StartsWith('+'):
                _file.Added.Add(line[1..]);
                break;
            case { Action: PatchAction.Add } when line.Trim() == EndOfFile:
                break;
            case { Action: PatchAction.Update }:
                TakeUpdate(_file, line, number, isLast);
                break;
            default:
                if (!string.IsNullOrWhiteSpace(line))
                {
                    throw Wrong(number, line, _file.Action == PatchAction.Add ? "each line of an added file begins with +" : "a deleted file has no lines");
                }

                break;
        }
    }

    private void TakeUpdate(FilePatch file, string line, int number, bool isLast)
    {
        if (line.StartsWith(Move, StringComparison.Ordinal) && _hunk is null)
        {
            file.MoveTo = line[Move.Length..].Trim();
        }
        else if (line.TrimEnd() == EndOfFile)
        {
            Hunk(file, number).IsAtEnd = true;
        }
        else if (line.StartsWith("@@", StringComparison.Ordinal))
        {
            if (_hunk is not { Lines.Count: 0, IsAtEnd: false })
            {
                _hunk = null;
            }

            var anchor = line[2..].Trim();
            var hunk = Hunk(file, number);

            // The line numbers of a unified diff mean nothing here.
            if (anchor.StartsWith('-') && anchor.IndexOf("@@", StringComparison.Ordinal) is > 0 and var end)
            {
                anchor = anchor[(end + 2)..].Trim();
            }

            if (anchor.Length > 0)
            {
                hunk.Anchors.Add(anchor);
            }
        }
        else if (line.Length == 0 || line[0] is ' ' or '+' or '-')
        {
            // The line feed before a missing end is no empty line of the file.
            if (!(line.Length == 0 && isLast))
            {
                Hunk(file, number).Lines.Add(line.Length == 0 ? (' ', "") : (line[0], line[1..]));
            }
        }
        else if (line.StartsWith("\\ No newline", StringComparison.Ordinal))
        {
            // As git writes it, below the line that it is about.
            Hunk(file, number).EndsWithoutNewline = Hunk(file, number).Lines is not [.., ('-', _)];
        }
        else if (!line.StartsWith("```", StringComparison.Ordinal))
        {
            throw Wrong(number, line, "each line of a change begins with a space (stays), - (goes) or + (comes), and a change with @@");
        }
    }

    private bool TryStart(string line, string mark, PatchAction action, int number)
    {
        if (!line.StartsWith(mark, StringComparison.Ordinal))
        {
            return false;
        }

        var path = line[mark.Length..].Trim();
        _file = path.Length > 0 ? new FilePatch(action, path, number) : throw Wrong(number, line, "the path is missing");
        _hunk = null;
        _files.Add(_file);
        return _files.Count <= FileLimits.PatchFiles ? true : throw new FileException(FileErrorKind.TooLarge, $"The patch touches more than {FileLimits.PatchFiles} files. Split it.");
    }

    private PatchHunk Hunk(FilePatch file, int number)
    {
        if (_hunk is null)
        {
            _hunk = new PatchHunk(number);
            file.Hunks.Add(_hunk);
        }

        return _hunk;
    }

    private List<FilePatch> Checked()
    {
        foreach (var file in _files.Where(file => file.Action == PatchAction.Update))
        {
            file.Hunks.RemoveAll(hunk => hunk.Lines.Count == 0 || hunk.Lines.TrueForAll(line => line is (' ', "")));
            if (file.Hunks.Count == 0 && file.MoveTo is null)
            {
                throw Wrong(file.Line, $"{Update} {file.Path}", "the section holds no change");
            }
        }

        return _files;
    }

    private static FileException Wrong(int number, string line, string rule) =>
        new(FileErrorKind.Invalid, $"Line {number} of the patch is wrong: {rule}; it is `{Places.Shorten(line)}`. Nothing was changed.");
}
