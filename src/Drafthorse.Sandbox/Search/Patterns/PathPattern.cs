namespace Drafthorse.Sandbox.Search.Patterns;

/// <summary>A pattern for relative paths: parts between slashes, <c>**</c> for any number of folders. Time is polynomial.</summary>
internal sealed class PathPattern
{
    private readonly NamePattern?[] _parts;

    /// <summary>Makes the pattern from its parts; <c>**</c> stands for any folders, at the end for all that is within.</summary>
    public PathPattern(IEnumerable<string> parts) => _parts = [.. parts.Select(part => part == "**" ? null : new NamePattern(part))];

    public bool IsMatch(ReadOnlySpan<char> path)
    {
        var at = 0;
        var starAt = -1;
        var starPath = ReadOnlySpan<char>.Empty;
        while (!path.IsEmpty)
        {
            if (at < _parts.Length && _parts[at] is null)
            {
                starAt = ++at;
                starPath = path;
                if (at == _parts.Length)
                {
                    return true;
                }

                continue;
            }

            var slash = path.IndexOf('/');
            var name = slash < 0 ? path : path[..slash];
            if (at < _parts.Length && _parts[at]!.IsMatch(name))
            {
                at++;
                path = slash < 0 ? [] : path[(slash + 1)..];
            }
            else if (starAt >= 0 && starPath.IndexOf('/') is >= 0 and var next)
            {
                at = starAt;
                starPath = path = starPath[(next + 1)..];
            }
            else
            {
                return false;
            }
        }

        return at == _parts.Length;
    }
}
