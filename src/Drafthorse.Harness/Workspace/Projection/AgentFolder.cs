using System.Globalization;
using System.Text;
using Drafthorse.Harness.Workspace.Files;
using Drafthorse.Sandbox.Files;
using Drafthorse.Sandbox.Files.Operations;
using Drafthorse.Sandbox.Search;
using Drafthorse.Sandbox.Search.Patterns;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Drafthorse.Harness.Workspace.Projection;

/// <summary>Answers the reading tools for <c>/agent</c> from the workspace, as the sandbox would, without one. Throws <see cref="FileException"/>
/// and <see cref="WorkspaceException"/>.</summary>
internal sealed class AgentFolder(WorkspaceReader reader, WorkspaceListing listing)
{
    private const int MostLine = 300;
    private const int MostOutput = 60_000;

    public async Task<ReadFileResult> ReadAsync(string path, ReadFileRequest request, CancellationToken cancellationToken)
    {
        var shown = Show(path);
        var file = listing.Find(path) ?? throw new FileException(
            listing.Below(path).Any() ? FileErrorKind.WrongKind : FileErrorKind.NotFound, listing.Below(path).Any() ? $"{shown} is a folder. Use list_files to see what it holds." : $"There is no file {shown} in the workspace. Use list_files on {Show("")}.");
        var bytes = await reader.ReadAsync(path, FolderWalk.MostBytes, cancellationToken).ConfigureAwait(false) ?? throw new FileException(FileErrorKind.NotFound, $"{shown} was removed just now.");
        if (FileContent.PictureType(bytes) is { } picture && bytes.Length <= FileLimits.PictureBytes)
            return new ReadFileResult { Path = shown, Size = bytes.Length, MediaType = picture, Data = bytes };
        if (FileContent.IsBinary(bytes))
            throw new FileException(FileErrorKind.WrongKind, $"{shown} is binary ({bytes.Length} bytes), not text.");
        var text = WorkspaceReader.Decode(bytes);
        var offset = request.Line is { } line ? StartOf(text, line, shown) : request.Offset;
        if (offset > text.Length || (offset == text.Length && offset > 0))
            throw new FileException(FileErrorKind.Invalid, $"{shown} ends at character {text.Length}, before offset {offset}.");
        offset -= SplitsPair(text, offset) ? 1 : 0;
        var end = (int)Math.Min(text.Length, (long)offset + request.Limit);
        end += SplitsPair(text, end) ? (end - 1 > offset ? -1 : 1) : 0;
        return new ReadFileResult
        {
            Path = shown,
            Size = file.Size,
            Text = text[offset..end],
            Offset = offset,
            FirstLine = text.AsSpan(0, offset).Count('\n') + 1,
            NextOffset = end < text.Length ? end : null,
            TotalCharacters = text.Length,
            InvalidAt = FileContent.FirstInvalid(bytes),
        };
    }

    public ListFilesResult List(string path)
    {
        var entries = new SortedDictionary<string, FileFacts>(StringComparer.Ordinal);
        foreach (var file in path.Length == 0 ? listing.Files : listing.Below(path))
        {
            var rest = path.Length == 0 ? file.Path : file.Path[(path.Length + 1)..];
            var slash = rest.IndexOf('/', StringComparison.Ordinal);
            var name = slash < 0 ? rest : rest[..slash];
            entries.TryAdd(name, new FileFacts { Name = name, Kind = slash < 0 ? EntryKind.File : EntryKind.Folder, Size = slash < 0 ? file.Size : 0 });
        }

        if (entries.Count == 0 && path.Length > 0)
            throw new FileException(listing.Find(path) is null ? FileErrorKind.NotFound : FileErrorKind.WrongKind, $"{Show(path)} is no folder of the workspace.");
        return new ListFilesResult { Path = Show(path), Entries = [.. entries.Values.Take(FileLimits.ListEntries)], Total = entries.Count };
    }

    public GlobResult Glob(string path, string pattern, int limit)
    {
        var (folder, glob) = GlobPattern.Parse(pattern);
        var within = Join(path, folder);
        List<string> found = [.. Below(within).Where(file => glob.IsMatch(Rest(file.Path, within))).Select(file => Show(file.Path))];
        return new GlobResult { Paths = [.. found.Take(limit)], Total = found.Count };
    }

    public async Task<GrepResult> GrepAsync(string path, GrepRequest request, CancellationToken cancellationToken)
    {
        var pattern = new LinePattern(request.Pattern, request.IsLiteral, request.IgnoreCase);
        var include = string.IsNullOrEmpty(request.Include) ? null : GlobPattern.Of(request.Include);
        var deadline = Stopwatch.GetTimestamp() + (long)(SearchLimits.Time.TotalSeconds * Stopwatch.Frequency);
        var (files, slow, searched, matches, output) = (new List<GrepFile>(), new List<string>(), 0, 0, 0);
        foreach (var file in listing.Find(path) is { } one ? [one] : Below(path).Where(file => include?.IsMatch(Rest(file.Path, path)) != false))
        {
            if (matches >= request.Limit || output > MostOutput || Stopwatch.GetTimestamp() > deadline)
                return new GrepResult { Files = files, Matches = matches, Searched = searched, TooSlow = slow, IsCapped = true };
            if (await reader.ReadAsync(file.Path, FolderWalk.MostBytes, cancellationToken).ConfigureAwait(false) is not { } bytes)
                continue;
            searched++;
            if (bytes.Length == 0 || FileContent.IsBinary(bytes) || !pattern.MayMatch(bytes))
                continue;
            try
            {
                if (Search(WorkspaceReader.Decode(bytes), pattern, request, request.Limit - matches, deadline) is not ({ Count: > 0 } lines, var count))
                    continue;
                matches += count;
                output += lines.Sum(line => line.Text.Length + 8);
                files.Add(new GrepFile { Path = Show(file.Path), Matches = count, Lines = lines });
            }
            catch (RegexMatchTimeoutException)
            {
                slow.Add(Show(file.Path));
            }
        }

        return new GrepResult { Files = files, Matches = matches, Searched = searched, TooSlow = slow };
    }

    private static (IReadOnlyList<GrepLine> Lines, int Count) Search(string text, LinePattern pattern, GrepRequest request, int most, long deadline)
    {
        text = text.Replace("\r\n", "\n", StringComparison.Ordinal);
        var (lines, count) = (new MatchedLines(text, request.FilesOnly ? 0 : request.Context, MostLine), 0);
        for (var from = 0; count < most && pattern.Next(text, from, deadline) is var (start, end, match); from = end + 1)
        {
            lines.Add(start, end, match);
            count++;
        }

        return (lines.Complete(), count);
    }

    private IEnumerable<WorkspaceFile> Below(string path) => path.Length == 0 ? listing.Files : listing.Below(path);

    private static string Rest(string path, string within) => within.Length == 0 ? path : path[(within.Length + 1)..];

    private static string Join(string path, string folder) => folder is "" or "." ? path : path.Length == 0 ? folder.Trim('/') : $"{path}/{folder.Trim('/')}";

    private static string Show(string path) => path.Length == 0 ? WorkspaceNames.Root : $"{WorkspaceNames.Root}/{path}";

    private static int StartOf(string text, int line, string shown)
    {
        var at = 0;
        for (var current = 1; current < line; current++)
        {
            var feed = text.IndexOf('\n', at);
            if (feed < 0 || feed + 1 == text.Length)
                throw new FileException(FileErrorKind.Invalid, string.Create(CultureInfo.InvariantCulture, $"{shown} has only {current} lines."));
            at = feed + 1;
        }

        return at;
    }

    private static bool SplitsPair(string text, int at) => at > 0 && at < text.Length && char.IsLowSurrogate(text[at]) && char.IsHighSurrogate(text[at - 1]);
}
