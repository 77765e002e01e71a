using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Drafthorse.Harness.Context;
using Drafthorse.Harness.Text;
using Drafthorse.Harness.Workspace;
using Drafthorse.Harness.Workspace.Files;

namespace Drafthorse.Harness.Knowledge;

/// <summary>The index of what a team knows, and the other files by name and first line, as many as there is room for.</summary>
internal sealed class KnowledgeSection(WorkspaceReader reader)
{
    private const int MostLine = 120;
    private const int Around = 400;

    private readonly ConcurrentDictionary<string, (string Hash, string Line)> _lines = new(StringComparer.Ordinal);

    public WorkspaceSection Section => new(1, WriteAsync);

    private async ValueTask<string> WriteAsync(RunContext run, WorkspaceListing listing, int tokens, CancellationToken cancellationToken)
    {
        var files = listing.Below(WorkspaceNames.Knowledge).ToList();
        if (files.Count == 0)
            return "";
        var room = (tokens * WorkspacePrompt.CharactersPerToken) - Around;
        var text = new StringBuilder($"# What the team knows ({WorkspaceNames.Root}/{WorkspaceNames.Knowledge}; search it with knowledge_search)\n");
        if (listing.Find(WorkspaceNames.KnowledgeIndex) is not null && await reader.ReadTextAsync(WorkspaceNames.KnowledgeIndex, cancellationToken).ConfigureAwait(false) is { } index)
        {
            var shown = ForeignText.Visible(index).Trim();
            var fits = Encoding.UTF8.GetByteCount(shown) < room / 2;
            var end = Math.Min(shown.Length, Math.Max(0, room / 4));
            text.Append(MessageRendering.Escape(fits ? shown : shown[..(end > 0 && char.IsHighSurrogate(shown[end - 1]) ? end - 1 : end)])).Append('\n');
            if (!fits)
                text.Append("[only its beginning is shown: read ").Append(WorkspaceNames.Root).Append('/').Append(WorkspaceNames.KnowledgeIndex).Append("]\n");
        }

        var (named, used) = (0, Encoding.UTF8.GetByteCount(text.ToString()));
        foreach (var file in files.Where(file => file.Path != WorkspaceNames.KnowledgeIndex))
        {
            var line = MessageRendering.Escape($"{WorkspaceNames.Root}/{ForeignText.Name(file.Path)}: {await FirstLineAsync(file, cancellationToken).ConfigureAwait(false)}\n");
            used += Encoding.UTF8.GetByteCount(line);
            if (used > room)
                break;
            text.Append(line);
            named++;
        }

        var left = files.Count(file => file.Path != WorkspaceNames.KnowledgeIndex) - named;
        return $"{text}{(left > 0 ? $"and {left.ToString(CultureInfo.InvariantCulture)} more files" : "")}".TrimEnd();
    }

    private async ValueTask<string> FirstLineAsync(WorkspaceFile file, CancellationToken cancellationToken)
    {
        if (_lines.TryGetValue(file.Path, out var known) && known.Hash == file.Hash)
            return known.Line;
        var line = "";
        try
        {
            var text = await reader.ReadTextAsync(file.Path, cancellationToken).ConfigureAwait(false) ?? "";
            line = ForeignText.Line(text.Split('\n', 20).Select(each => each.Trim().TrimStart('#').Trim()).FirstOrDefault(each => each.Length > 0 && each != "---") ?? "");
        }
        catch (WorkspaceException)
        {
            // It is named all the same.
        }

        line = line.Length <= MostLine ? line : $"{line[..(char.IsHighSurrogate(line[MostLine - 1]) ? MostLine - 1 : MostLine)]}…";
        _lines[file.Path] = (file.Hash, line);
        return line;
    }
}
