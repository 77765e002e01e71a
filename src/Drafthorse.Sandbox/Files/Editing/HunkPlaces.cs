namespace Drafthorse.Sandbox.Files.Editing;

/// <summary>Finds where in a file the changes of a patch fit.</summary>
internal sealed class HunkPlaces(TextLines lines)
{
    /// <summary>Places that are looked for; no patch tells more apart.</summary>
    private const int MostPlaces = 1_000;

    private readonly Dictionary<Looseness, string[]> _loose = [];

    /// <summary>Every place where the lines stand that a change quotes, beneath its @@ lines: exactly, else as loosely as needed.</summary>
    public (List<int> At, Looseness? Looseness) Find(PatchHunk hunk, IReadOnlyList<string> wanted, IReadOnlyList<HunkScope> scopes)
    {
        if (wanted.Count == 0)
        {
            return ([], null);
        }

        var (found, looseness) = FindAll(wanted, hunk.IsAtEnd);
        if (hunk.Anchors.Count == 0 || scopes.Count == 0)
        {
            return (found, looseness);
        }

        // What holds the @@ line or stands right below it was quoted with it; else what belongs to it counts; else what may follow it.
        foreach (var isNear in (Func<HunkScope, int, bool>[])[(scope, at) => at <= scope.Start && scope.Start <= at + wanted.Count, (scope, at) => scope.Holds(at), (scope, at) => scope.MayPrecede(lines, at)])
        {
            var near = found.Where(at => scopes.Any(scope => isNear(scope, at))).ToList();
            if (near.Count > 0)
            {
                return (near, looseness);
            }
        }

        return ([], looseness);
    }

    /// <summary>The stretches that the @@ lines of a change name, one inside the other; the missing line where one is not found.</summary>
    public (List<HunkScope> Scopes, string? Missing) Scopes(PatchHunk hunk)
    {
        var scopes = new List<HunkScope> { new(0, lines.Count, 0, false) };
        foreach (var anchor in hunk.Anchors)
        {
            var headers = FindAll([anchor], isAtEnd: false).At;
            var inside = headers.Where(header => scopes.Any(scope => scope.Holds(header))).ToList();
            inside = inside.Count > 0 ? inside : [.. headers.Where(header => scopes.Any(scope => header >= scope.Start))];
            if (inside.Count == 0)
            {
                return ([], anchor);
            }

            scopes = [.. inside.Select(header => HunkScope.Below(lines, header, lines.Count))];
        }

        return (scopes, null);
    }

    private (List<int> At, Looseness? Looseness) FindAll(IReadOnlyList<string> wanted, bool isAtEnd)
    {
        var exact = FindAll(wanted, isAtEnd, (line, text) => lines[line].SequenceEqual(text));
        if (exact.Count > 0)
        {
            return (exact, null);
        }

        foreach (var looseness in LooseText.Levels)
        {
            var loose = Loose(looseness);
            var found = FindAll([.. wanted.Select(line => LooseText.Of(line, looseness).Text)], isAtEnd, (line, text) => loose[line] == text);
            if (found.Count > 0)
            {
                return (found, looseness);
            }
        }

        return ([], null);
    }

    private List<int> FindAll(IReadOnlyList<string> wanted, bool isAtEnd, Func<int, string, bool> isSame)
    {
        var last = lines.Count - wanted.Count;
        var found = new List<int>();
        for (var at = isAtEnd ? Math.Max(last, 0) : 0; at <= last; at++)
        {
            var same = 0;
            while (same < wanted.Count && isSame(at + same, wanted[same]))
            {
                same++;
            }

            if (same == wanted.Count)
            {
                found.Add(at);
                if (found.Count == MostPlaces)
                {
                    break;
                }
            }
        }

        return found;
    }

    private string[] Loose(Looseness looseness)
    {
        if (!_loose.TryGetValue(looseness, out var loose))
        {
            loose = new string[lines.Count];
            for (var line = 0; line < loose.Length; line++)
            {
                loose[line] = LooseText.Of(lines[line], looseness).Text;
            }

            _loose[looseness] = loose;
        }

        return loose;
    }
}
