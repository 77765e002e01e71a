using Drafthorse.Sandbox.Files;

namespace Drafthorse.Sandbox.Search.Patterns;

/// <summary>What a model writes to name files: <c>*.cs</c> at any depth, <c>src/**/*.{ts,tsx}</c> from the folder searched.</summary>
internal sealed class GlobPattern
{
    private const int MaxLength = 1_000, MaxAlternatives = 200;

    private readonly PathPattern[] _alternatives;

    private GlobPattern(PathPattern[] alternatives) => _alternatives = alternatives;

    /// <summary>Reads a pattern. Its leading plain folders are given apart, since the search can start there.</summary>
    public static (string Folder, GlobPattern Pattern) Parse(string pattern)
    {
        if (string.IsNullOrWhiteSpace(pattern) || pattern.Length > MaxLength)
        {
            throw new FileException(FileErrorKind.Invalid, $"The glob pattern must have 1 to {MaxLength} characters, such as **/*.cs.");
        }

        var parts = pattern.Split('/');
        var plain = 0;
        while (plain < parts.Length - 1 && NamePattern.IsLiteral(parts[plain]))
        {
            plain++;
        }

        var folder = string.Join('/', parts[..plain]);
        return (pattern.StartsWith('/') && folder.Length == 0 ? "/" : folder, Of(string.Join('/', parts[plain..]), anyDepth: plain == 0));
    }

    /// <summary>A pattern that is matched against paths relative to one folder.</summary>
    public static GlobPattern Of(string pattern, bool anyDepth = true) => new([.. Expand(pattern).Select(alternative =>
    {
        var parts = alternative.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").ToList();
        return new PathPattern(anyDepth && !alternative.Contains('/') ? ["**", .. parts] : parts);
    })]);

    public bool IsMatch(ReadOnlySpan<char> path)
    {
        foreach (var alternative in _alternatives)
        {
            if (alternative.IsMatch(path))
            {
                return true;
            }
        }

        return false;
    }

    private static List<string> Expand(string pattern)
    {
        var done = new List<string>();
        var open = new Stack<string>([pattern]);
        while (open.TryPop(out var next))
        {
            if (done.Count + open.Count > MaxAlternatives)
            {
                throw new FileException(FileErrorKind.Invalid, $"The glob pattern stands for more than {MaxAlternatives} patterns. Use fewer braces.");
            }

            if (FirstBraces(next) is not var (start, end, commas))
            {
                done.Add(next);
                continue;
            }

            var from = start + 1;
            foreach (var comma in commas.Append(end))
            {
                open.Push(next[..start] + next[from..comma] + next[(end + 1)..]);
                from = comma + 1;
            }
        }

        return done;
    }

    private static (int Start, int End, List<int> Commas)? FirstBraces(string pattern)
    {
        for (var start = pattern.IndexOf('{'); start >= 0; start = pattern.IndexOf('{', start + 1))
        {
            var depth = 0;
            var commas = new List<int>();
            for (var i = start; i < pattern.Length; i++)
            {
                depth += pattern[i] switch { '{' => 1, '}' => -1, _ => 0 };
                if (pattern[i] == ',' && depth == 1)
                {
                    commas.Add(i);
                }

                if (depth == 0)
                {
                    if (commas.Count > 0)
                    {
                        return (start, i, commas);
                    }

                    break;
                }
            }
        }

        return null;
    }
}
