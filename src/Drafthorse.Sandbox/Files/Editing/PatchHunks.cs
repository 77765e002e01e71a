using System.Text;

namespace Drafthorse.Sandbox.Files.Editing;

/// <summary>Applies the changes of a patch to the text of one file, finding their places by the lines around them.</summary>
internal sealed class PatchHunks
{
    private readonly TextLines _lines;
    private readonly HunkPlaces _places;
    private readonly string _display;
    private readonly List<Change> _changes;
    private readonly HashSet<int> _taken = [];

    private PatchHunks(string text, IReadOnlyList<PatchHunk> hunks, string display)
    {
        var quotesReturns = hunks.Any(hunk => hunk.Lines.Any(line => line.Text.Contains('\r')));
        _lines = new TextLines(text, byReturns: LineEndings.AreReturns(text) && !quotesReturns);
        _places = new HunkPlaces(_lines);
        _display = display;
        _changes = [.. hunks.Select((hunk, i) => new Change(hunk, $"{display}, change {i + 1} of {hunks.Count} (line {hunk.Line} of the patch)"))];
    }

    /// <summary>The new text, and whether white space was ignored somewhere.</summary>
    public static (string Text, bool WasLoose) Apply(string text, IReadOnlyList<PatchHunk> hunks, string display)
    {
        var patch = new PatchHunks(text, hunks, display);
        foreach (var change in patch._changes)
        {
            patch.Look(change);
        }

        patch.Choose();
        return (patch.Rebuild(), patch._changes.Exists(change => change.Looseness is not null));
    }

    private void Look(Change change)
    {
        var hunk = change.Hunk;
        var (scopes, missing) = _places.Scopes(hunk);
        if (missing is not null)
        {
            throw NotFound(change.Name, "the line after @@", missing);
        }

        if (hunk.Lines.TrueForAll(line => line.Sign == '+'))
        {
            // Without any line around it: below its @@ line, else at the end of the file.
            change.Candidates = hunk.Anchors.Count > 0 && !hunk.IsAtEnd ? [.. scopes.Select(scope => scope.Start)] : [_lines.Count];
            return;
        }

        change.Old = [.. hunk.Old];
        (change.Candidates, change.Looseness) = _places.Find(hunk, change.Old, scopes);
        while (change.Candidates.Count == 0 && change.Old.Count > 1 && change.Old[^1].Length == 0 && change.Lines[^1].Sign == ' ')
        {
            // Models end a change with empty lines that the file does not have.
            change.Lines = change.Lines[..^1];
            change.Old.RemoveAt(change.Old.Count - 1);
            (change.Candidates, change.Looseness) = _places.Find(hunk, change.Old, scopes);
        }

        if (change.Candidates.Count == 0)
        {
            if (hunk.Anchors.Count > 0 && _places.Find(hunk, change.Old, []).At is [_, ..] elsewhere)
            {
                throw new FileException(
                    FileErrorKind.NoMatch,
                    $"{change.Name}: its lines are not below `@@ {hunk.Anchors[^1]}` but at {Places.Describe(_lines, elsewhere)}; nothing was changed. Name what they are below, or quote the lines that are there.");
            }

            throw NotFound(change.Name, "the lines to change", string.Join('\n', change.Old));
        }
    }

    // Each change must have one place alone. A place that another change has for sure is none for the rest, and as many changes that are
    // the same as there are places take them all. The order of changes tells nothing: models do not always keep the file's.
    private void Choose()
    {
        foreach (var change in _changes.Where(change => change.Candidates.Count == 1))
        {
            Take(change, change.Candidates[0]);
        }

        foreach (var change in _changes.Where(change => change.At < 0))
        {
            if (Free(change) is [var only])
            {
                Take(change, only);
            }
        }

        foreach (var same in _changes.Where(change => change.At < 0).GroupBy(change => string.Join('\n', (string[])[.. change.Hunk.Anchors.Select(anchor => "@@" + anchor), .. change.Lines.Select(line => line.Sign + line.Text)])).ToList())
        {
            var free = Free(same.First());
            if (same.Count() != free.Count || free.Zip(free.Skip(1)).Any(pair => pair.Second - pair.First < same.First().Old.Count))
            {
                throw Ambiguous(same.First());
            }

            foreach (var (change, at) in same.Zip(free))
            {
                Take(change, at);
            }
        }
    }

    private void Take(Change change, int at)
    {
        change.At = at;
        _taken.UnionWith(Enumerable.Range(at, change.Old.Count));
    }

    private List<int> Free(Change change) =>
        [.. change.Candidates.Where(at => !Enumerable.Range(at, change.Old.Count).Any(_taken.Contains))];

    private string Rebuild()
    {
        var text = new StringBuilder(_lines.Text.Length);
        var line = 0;
        foreach (var change in _changes.OrderBy(change => change.At).ThenBy(change => change.Old.Count > 0))
        {
            if (change.At < line)
            {
                throw new FileException(FileErrorKind.Invalid, $"{_display}: two changes of the patch overlap at line {change.At + 1}. Join them into one. Nothing was changed.");
            }

            text.Append(_lines.Text, _lines.Start(line), _lines.Start(change.At) - _lines.Start(line));
            line = new HunkLines(_lines, change.Lines, change.At, change.Looseness is not null).AppendTo(text);
        }

        text.Append(_lines.Text, _lines.Start(line), _lines.Text.Length - _lines.Start(line));
        return WithLastEnding(text.ToString());
    }

    // The end of the file is as it was, with a line ending or without one, unless the patch says otherwise.
    private string WithLastEnding(string text)
    {
        var said = _changes.Select(change => change.Hunk.EndsWithoutNewline).LastOrDefault(value => value is not null);
        var wants = said is { } without ? !without : _lines.Count == 0 || _lines.Ending(_lines.Count - 1).Length > 0;
        var after = new TextLines(text, LineEndings.AreReturns(text));
        var last = after.Count == 0 ? "" : after.Ending(after.Count - 1);
        return after.Count == 0 || wants == last.Length > 0 ? text : wants ? text + LineEndings.MostOf(_lines.Text) : text[..^last.Length];
    }

    private FileException Ambiguous(Change change)
    {
        var (first, second) = (change.Candidates[0], change.Candidates[1]);
        var example = change.Candidates.Select(at => Places.HeaderOf(_lines, at)).FirstOrDefault(header => header is not null) is { } header ? $", such as `@@ {header}`" : "";
        var again = change.Hunk.Anchors.Count > 0 ? "another @@ line above the one there is" : "an @@ line with the header that it is below";
        return new FileException(
            FileErrorKind.SeveralMatches,
            $"{change.Name}: its lines fit {change.Candidates.Count} places: {Places.Describe(_lines, change.Candidates)}; nothing was changed. "
            + $"Tell them apart: quote unchanged lines above and below the right one (lines {Math.Max(1, first - 1)} to {first + 1} and {Math.Max(1, second - 1)} to {second + 1} show how they differ), or put {again}{example}.");
    }

    private FileException NotFound(string name, string what, string wanted) =>
        new(FileErrorKind.NoMatch, $"{name}: {what} was not found; nothing was changed. {NearestLines.Describe(_lines, wanted)}\nTake the lines exactly as read_file shows them.");

    /// <summary>One change and where it goes.</summary>
    private sealed class Change(PatchHunk hunk, string name)
    {
        public PatchHunk Hunk { get; } = hunk;

        public string Name { get; } = name;

        public List<(char Sign, string Text)> Lines { get; set; } = hunk.Lines;

        public List<string> Old { get; set; } = [];

        public List<int> Candidates { get; set; } = [];

        public Looseness? Looseness { get; set; }

        public int At { get; set; } = -1;
    }
}
