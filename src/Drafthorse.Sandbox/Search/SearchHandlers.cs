using System.Diagnostics;
using Drafthorse.Sandbox.Files;
using Drafthorse.Sandbox.Files.Tree;
using Drafthorse.Sandbox.Search.Patterns;

namespace Drafthorse.Sandbox.Search;

/// <summary>The searches inside the sandbox. They leave out <c>.git</c> and what .gitignore files name, and follow no links on their
/// way. All throw <see cref="FileException"/>.</summary>
internal sealed class SearchHandlers(FileRoots roots)
{
    private const int MaxPaths = 5_000;

    /// <summary>Finds files by name.</summary>
    public GlobResult Glob(GlobRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Limit is < 1 or > MaxPaths)
        {
            throw new FileException(FileErrorKind.Invalid, $"limit must be 1 to {MaxPaths}.");
        }

        var started = Stopwatch.GetTimestamp();
        var (folder, pattern) = GlobPattern.Parse(request.Pattern);
        var path = folder.Length == 0 ? request.Path : folder.StartsWith('/') ? folder : $"{request.Path.TrimEnd('/')}/{folder}";
        var placed = roots.For(request);
        using var location = PathWalk.Resolve(placed, path.Length == 0 ? "/" : path);
        using var walk = TreeWalk.Start(placed, location, request.IncludeIgnored);
        var prefix = location.Display == "." ? "" : location.Display.TrimEnd('/') + "/";
        var paths = new List<string>();
        var total = 0;
        var isTimedOut = false;
        foreach (var file in walk.Files(cancellationToken))
        {
            isTimedOut = Stopwatch.GetElapsedTime(started) > SearchLimits.Time;
            if (isTimedOut)
            {
                break;
            }

            if (pattern.IsMatch(file.Path) && ++total <= request.Limit)
            {
                paths.Add(prefix + file.Path);
            }
        }

        return new GlobResult { Paths = paths, Total = total, Unreadable = walk.Unreadable, IsTimedOut = isTimedOut };
    }

    /// <summary>Finds lines by content.</summary>
    public GrepResult Grep(GrepRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return GrepSearch.Run(roots.For(request), request, cancellationToken);
    }
}
