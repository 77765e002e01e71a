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
        var notes = new List<string>();
        if (text.Length == 0)
        {
            notes.Add("the file is empty");
        }

        if (result.Offset > 0 || result.NextOffset is not null)
        {
            var lastLine = result.FirstLine + text.AsSpan().TrimEnd('\n').Count('\n');
            notes.Add($"characters {result.Offset} to {result.Offset + text.Length} of {result.TotalCharacters}, lines {result.FirstLine} to {lastLine}");
        }

        if (result.NextOffset is { } next)
        {
            notes.Add($"go on with offset {next}");
        }

        if (result.IsCapped)
        {
            notes.Add($"the file has {result.Size} bytes and only the first {FileLimits.ReadBytes} can be read: use grep_files, or execute with sed -n, for the rest");
        }

        if (result.InvalidAt is { } invalid)
        {
            notes.Add($"not valid UTF-8 from byte {invalid} on: what cannot be shown is \uFFFD; edits elsewhere keep those bytes, to change them use execute");
        }

        var note = notes.Count == 0 ? "" : $"{(text.Length == 0 || text.EndsWith('\n') ? "" : "\n")}[{string.Join("; ", notes)}]";
        return ToolOutput.Text(text + note) with { NeverEvict = true };
    }

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

        if (result.Total > result.Entries.Count)
        {
            text.Append(CultureInfo.InvariantCulture, $"[{result.Entries.Count} of {result.Total}; use glob_files for the others]");
        }

        return ToolOutput.Text(text.ToString().TrimEnd('\n'));
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
