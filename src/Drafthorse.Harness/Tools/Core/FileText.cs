using System.Globalization;
using System.Text;
using Drafthorse.Harness.Threads;
using Drafthorse.Sandbox.Files;

namespace Drafthorse.Harness;

/// <summary>What the model reads of file operations.</summary>
internal static class FileText
{
    public static ToolOutput Of(ReadFileResult result)
    {
        if (result.Data is { } data)
        {
            return new ToolOutput
            {
                Content = [ContentBlock.OfText($"{result.Path}: {result.MediaType}, {result.Size} bytes"), new ContentBlock { Kind = "image", MediaType = result.MediaType, Data = data }],
                NeverEvict = true,
            };
        }

        var text = result.Text ?? "";
        var lastLine = result.FirstLine + text.AsSpan().TrimEnd('\n').Count('\n');
        var place = string.Create(CultureInfo.InvariantCulture, $"characters {result.Offset} to {result.Offset + text.Length} of {result.TotalCharacters}, lines {result.FirstLine} to {lastLine}");
        var isCut = result.NextOffset is not null || result.IsCapped;
        string?[] ended = [text.Length == 0 ? "the file is empty" : null, result.Offset > 0 && !isCut ? place : null, InvalidNote(result)];
        var notes = string.Join("; ", ended.Where(note => note is not null));
        if (notes.Length > 0)
        {
            text = $"{text}{(text.Length == 0 || text.EndsWith('\n') ? "" : "\n")}[{notes}]";
        }

        return ToolOutput.Text(PartialResult.Frame(
            text,
            isCut ? place : null,
            result.NextOffset is { } next ? string.Create(CultureInfo.InvariantCulture, $"go on with offset {next}") : null,
            result.IsCapped ? $"the file has {result.Size} bytes and only the first {FileLimits.ReadBytes} can be read: use grep_files, or execute with sed -n, for the rest" : null)) with { NeverEvict = true };
    }

    private static string? InvalidNote(ReadFileResult result) => result.InvalidAt is { } invalid
        ? $"not valid UTF-8 from byte {invalid} on: what cannot be shown is \uFFFD; edits elsewhere keep those bytes, to change them use execute"
        : null;

    public static ToolOutput Of(ChangeResult result) => ToolOutput.Text(string.Join('\n', result.Changes.Select(Describe)));

    public static ToolOutput Of(ListFilesResult result)
    {
        if (result.Entries.Count == 0)
        {
            return ToolOutput.Text($"{result.Path} is empty.");
        }

        var text = new StringBuilder();
        foreach (var entry in result.Entries)
        {
            text.Append(entry.Kind switch
            {
                EntryKind.Folder => $"{entry.Name}/",
                EntryKind.Link => $"{entry.Name} -> {entry.Target}",
                EntryKind.File => string.Create(CultureInfo.InvariantCulture, $"{entry.Name}  {entry.Size}"),
                _ => $"{entry.Name}  (pipe, socket or device)",
            }).Append('\n');
        }

        return ToolOutput.Text(PartialResult.Frame(
            text.ToString().TrimEnd('\n'),
            result.Total > result.Entries.Count ? string.Create(CultureInfo.InvariantCulture, $"{result.Entries.Count} of {result.Total} entries; use glob_files for the others") : null));
    }

    private static string Describe(FileChange change)
    {
        var lines = (change.LinesAdded, change.LinesRemoved) switch
        {
            (0, 0) => "",
            (var added, 0) => $" (+{added} lines)",
            (0, var removed) => $" (-{removed} lines)",
            var (added, removed) => $" (+{added} -{removed} lines)",
        };
        var note = change.Note is null ? "" : $"; {change.Note}";
        return change.Kind switch
        {
            FileChangeKind.Created => $"Created {change.Path}{lines}{note}",
            FileChangeKind.Deleted => $"Deleted {change.Path}{note}",
            FileChangeKind.Moved => $"Moved {change.Path} to {change.MovedTo}{lines}{note}",
            _ when change.Replacements > 0 => $"Updated {change.Path}: {change.Replacements} {(change.Replacements == 1 ? "place" : "places")}{lines}{note}",
            _ => $"Wrote {change.Path}{lines}{note}",
        };
    }
}
