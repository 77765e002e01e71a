using System.Text;
using Drafthorse.Sandbox.Files.Tree;

namespace Drafthorse.Sandbox.Files.Operations;

/// <summary>The operations that change nothing.</summary>
internal static class FileReader
{
    public static ReadFileResult Read(FileRoots roots, ReadFileRequest request, SeenFiles seen)
    {
        if (request.Offset < 0 || request.Line < 1 || request.Limit < 1)
        {
            throw new FileException(FileErrorKind.Invalid, "offset must be 0 or more, line and limit 1 or more.");
        }

        using var location = PathWalk.Resolve(roots, request.Path);
        using var file = location.OpenFile();
        var size = location.Facts?.Size ?? 0;
        var bytes = FileContent.Read(file, FileLimits.ReadBytes + 1, location.Display);
        if (FileContent.PictureType(bytes) is { } mediaType)
        {
            bytes = bytes.Length <= FileLimits.ReadBytes ? bytes : FileContent.Read(file, FileLimits.PictureBytes + 1, location.Display);
            return bytes.Length <= FileLimits.PictureBytes
                ? new ReadFileResult { Path = location.Display, Size = bytes.Length, MediaType = mediaType, Data = bytes }
                : throw new FileException(FileErrorKind.TooLarge, $"{location.Display} is a picture of {size:N0} bytes; at most {FileLimits.PictureBytes:N0} can be shown. Make a smaller one with execute.");
        }

        var isCapped = bytes.Length > FileLimits.ReadBytes;
        if (FileContent.IsBinary(bytes.AsSpan(0, isCapped ? FileLimits.ReadBytes : bytes.Length)))
        {
            throw new FileException(FileErrorKind.WrongKind, $"{location.Display} is binary ({size:N0} bytes), not text. Look at it with execute (file, xxd, unzip -l, ...).");
        }

        if (!isCapped)
        {
            seen.Remember(location, bytes);
        }

        return Cut(request, location.Display, isCapped ? WholeCharacters(bytes) : bytes, isCapped, Math.Max(size, bytes.Length));
    }

    public static ListFilesResult List(FileRoots roots, PathRequest request)
    {
        using var location = PathWalk.Resolve(roots, request.Path);
        using var folder = location.OpenFolder();
        var entries = folder.Entries(location.Display);
        entries.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return new ListFilesResult
        {
            Path = location.Display,
            Total = entries.Count,
            Entries = [.. entries.Take(FileLimits.ListEntries).Select(entry => Facts(folder, entry.Name)).OfType<FileFacts>()],
        };
    }

    private static FileFacts? Facts(Folder folder, string name) => folder.Stat(name) is not { } facts ? null : new FileFacts
    {
        Name = name,
        Kind = facts.Kind,
        Size = facts.Size,
        Modified = facts.Modified,
        Mode = facts.Mode,
        Target = facts.Kind == EntryKind.Link ? folder.TryReadLink(name) : null,
    };

    private static ReadFileResult Cut(ReadFileRequest request, string display, ReadOnlySpan<byte> bytes, bool isCapped, long size)
    {
        var isWide = EncodedText.FormOf(bytes) is TextForm.LittleUtf16 or TextForm.BigUtf16;
        var text = isWide ? EncodedText.Clean(EncodedText.Decode(bytes).Text) : Encoding.UTF8.GetString(bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[3..] : bytes);
        var offset = request.Line is { } line ? StartOf(text, line, display) : request.Offset;
        if (offset > text.Length || (offset == text.Length && offset > 0))
        {
            var cure = isCapped ? $" Only the first {FileLimits.ReadBytes:N0} bytes of {size:N0} can be read: use grep_files, or execute with sed -n." : "";
            throw new FileException(FileErrorKind.Invalid, $"{display} ends at character {text.Length}, before offset {offset}.{cure}");
        }

        offset -= SplitsPair(text, offset) ? 1 : 0;
        var end = (int)Math.Min(text.Length, (long)offset + Math.Min(request.Limit, FileLimits.ReadCharacters));
        end += SplitsPair(text, end) ? (end - 1 > offset ? -1 : 1) : 0;
        return new ReadFileResult
        {
            Path = display,
            Size = size,
            Text = text[offset..end],
            Offset = offset,
            FirstLine = text.AsSpan(0, offset).Count('\n') + 1,
            NextOffset = end < text.Length ? end : null,
            TotalCharacters = text.Length,
            IsCapped = isCapped,
            InvalidAt = isWide ? null : FileContent.FirstInvalid(bytes),
        };
    }

    private static int StartOf(string text, int line, string display)
    {
        var at = 0;
        for (var current = 1; current < line; current++)
        {
            var feed = text.IndexOf('\n', at);
            if (feed < 0 || feed + 1 == text.Length)
            {
                throw new FileException(FileErrorKind.Invalid, $"{display}: only {current} lines can be read, so line {line} cannot. Use grep_files or execute for the rest of a large file.");
            }

            at = feed + 1;
        }

        return at;
    }

    private static bool SplitsPair(string text, int at) => at > 0 && at < text.Length && char.IsLowSurrogate(text[at]) && char.IsHighSurrogate(text[at - 1]);

    // The cap may fall inside a character: what it leaves of one is not shown.
    private static ReadOnlySpan<byte> WholeCharacters(ReadOnlySpan<byte> bytes)
    {
        var end = FileLimits.ReadBytes;
        for (var back = 0; back < 3 && end > 0 && (bytes[end] & 0xC0) == 0x80; back++)
        {
            end--;
        }

        return bytes[..end];
    }
}
