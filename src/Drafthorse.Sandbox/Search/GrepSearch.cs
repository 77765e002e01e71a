using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Drafthorse.Sandbox.Files;
using Drafthorse.Sandbox.Files.Operations;
using Drafthorse.Sandbox.Files.Tree;
using Drafthorse.Sandbox.Search.Patterns;

namespace Drafthorse.Sandbox.Search;

/// <summary>Searches the files beneath a folder, or one file, line by line.</summary>
internal sealed class GrepSearch
{
    private const int MaxFileBytes = 32_000_000, MaxLineCharacters = 300, MaxOutput = 60_000, MaxNamed = 20;

    private readonly FileRoots _roots;
    private readonly GrepRequest _request;
    private readonly LinePattern _pattern;
    private readonly GlobPattern? _include;
    private readonly long _deadline;
    private readonly List<GrepFile> _files = [];
    private readonly List<string> _tooLarge = [];
    private readonly List<string> _tooSlow = [];
    private int _matches;
    private int _searched;
    private int _unreadable;
    private int _output;
    private bool _isCapped;

    private GrepSearch(FileRoots roots, GrepRequest request)
    {
        if (request.Limit is < 1 or > 2_000 || request.Context is < 0 or > 20)
        {
            throw new FileException(FileErrorKind.Invalid, "limit must be 1 to 2000, context 0 to 20.");
        }

        _roots = roots;
        _request = request;
        _pattern = new LinePattern(request.Pattern, request.IsLiteral, request.IgnoreCase);
        _include = string.IsNullOrEmpty(request.Include) ? null : GlobPattern.Of(request.Include);
        _deadline = Stopwatch.GetTimestamp() + (long)(SearchLimits.Time.TotalSeconds * Stopwatch.Frequency);
    }

    private bool IsTimedOut => Stopwatch.GetTimestamp() > _deadline;

    public static GrepResult Run(FileRoots roots, GrepRequest request, CancellationToken cancellationToken)
    {
        var search = new GrepSearch(roots, request);
        using var location = PathWalk.Resolve(roots, request.Path);
        if (location.Facts is { Kind: EntryKind.File })
        {
            search.Search(location.Folder, location.Name, location.Display);
        }
        else
        {
            search.SearchTree(location, cancellationToken);
        }

        return new GrepResult
        {
            Files = search._files,
            Matches = search._matches,
            Searched = search._searched,
            IsCapped = search._isCapped,
            IsTimedOut = search.IsTimedOut,
            TooLarge = search._tooLarge,
            TooSlow = search._tooSlow,
            Unreadable = search._unreadable,
        };
    }

    private void SearchTree(Location location, CancellationToken cancellationToken)
    {
        using var walk = TreeWalk.Start(_roots, location, _request.IncludeIgnored);
        var prefix = location.Display == "." ? "" : location.Display.TrimEnd('/') + "/";
        foreach (var file in walk.Files(cancellationToken))
        {
            if (file.Kind == EntryKind.File && _include?.IsMatch(file.Path) != false)
            {
                Search(file.Folder, file.Name, prefix + file.Path);
            }

            if (_isCapped || IsTimedOut)
            {
                break;
            }
        }

        _unreadable += walk.Unreadable;
    }

    private void Search(Folder folder, string name, string display)
    {
        byte[] bytes;
        try
        {
            using var file = folder.OpenFile(name, display);
            bytes = FileContent.Read(file, MaxFileBytes + 1, display);
        }
        catch (FileException)
        {
            _unreadable++;
            return;
        }

        if (bytes.Length > MaxFileBytes)
        {
            if (_tooLarge.Count < MaxNamed)
            {
                _tooLarge.Add(display);
            }

            return;
        }

        _searched++;
        if (bytes.Length == 0 || FileContent.IsBinary(bytes) || !_pattern.MayMatch(bytes))
        {
            return;
        }

        try
        {
            SearchText(Encoding.UTF8.GetString(bytes), display);
        }
        catch (RegexMatchTimeoutException)
        {
            if (_tooSlow.Count < MaxNamed)
            {
                _tooSlow.Add(display);
            }
        }
    }

    private void SearchText(string text, string display)
    {
        text = text.Contains('\r') ? text.Replace("\r\n", "\n", StringComparison.Ordinal) : text;
        var lines = new MatchedLines(text, _request.FilesOnly ? 0 : _request.Context, MaxLineCharacters);
        var count = 0;
        for (var from = 0; _pattern.Next(text, from, _deadline) is var (start, end, match); from = end + 1)
        {
            if (!_request.FilesOnly && (_matches == _request.Limit || _output > MaxOutput))
            {
                _isCapped = true;
                break;
            }

            count++;
            _matches++;
            if (!_request.FilesOnly)
            {
                _output += lines.Add(start, end, match);
            }

            if (IsTimedOut)
            {
                break;
            }
        }

        if (count == 0)
        {
            return;
        }

        if (_request.FilesOnly && (_files.Count == _request.Limit || _output > MaxOutput))
        {
            _isCapped = true;
            return;
        }

        _output += display.Length;
        _files.Add(new GrepFile { Path = display, Matches = count, Lines = lines.Complete() });
    }
}
