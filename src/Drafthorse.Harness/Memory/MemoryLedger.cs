using System.Globalization;
using System.Text;
using Drafthorse.Harness.Workspace;
using Drafthorse.Harness.Workspace.Files;

namespace Drafthorse.Harness.Memory;

/// <summary>The facts of each audience, by day, as lines of Markdown in the overlay; beside them proposals, which are told to nobody.</summary>
/// <param name="files">The overlay.</param>
internal sealed class MemoryLedger(IWorkspaceFiles files)
{
    public const string Proposals = "proposals/memory";

    private const int MostBytes = 1024 * 1024;
    private const int Tries = 50;

    /// <summary>The facts of an audience, newest first. Throws <see cref="WorkspaceException"/>.</summary>
    public async Task<IReadOnlyList<LedgerLine>> ReadAsync(string root, string folder, CancellationToken cancellationToken)
    {
        var listing = await files.ListAsync(null, cancellationToken).ConfigureAwait(false);
        var lines = new List<LedgerLine>();
        foreach (var file in listing.Below($"{root}/{folder}").OrderByDescending(file => file.Path, StringComparer.Ordinal))
        {
            if (await ReadTextAsync(file.Path, cancellationToken).ConfigureAwait(false) is { } text)
                lines.AddRange(LinesOf(file.Path, text).Reverse());
        }

        return lines;
    }

    /// <summary>The folders of all audiences, each with the name that people know it by.</summary>
    public async Task<IReadOnlyList<(string Folder, string Name)>> AudiencesAsync(string root, CancellationToken cancellationToken)
    {
        var listing = await files.ListAsync(null, cancellationToken).ConfigureAwait(false);
        var found = new List<(string, string)>();
        foreach (var file in listing.Below(root).DistinctBy(file => Folder(root, file.Path)))
        {
            var first = (await ReadTextAsync(file.Path, cancellationToken).ConfigureAwait(false))?.Split('\n')[0] ?? "";
            found.Add((Folder(root, file.Path), first.StartsWith("# ", StringComparison.Ordinal) ? first[2..].Split(", ")[0] : Folder(root, file.Path)));
        }

        return found;
    }

    /// <summary>Adds a fact, unless it is there. Returns whether it was new.</summary>
    public async Task<bool> AddAsync(string root, Audience audience, Fact fact, CancellationToken cancellationToken)
    {
        if ((await ReadAsync(root, audience.Folder, cancellationToken).ConfigureAwait(false)).Any(line => SameText(line.Fact.Text, fact.Text)))
            return false;
        var day = fact.Source.At.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var path = $"{root}/{audience.Folder}/{day}.md";
        for (var tries = 0; tries < Tries; tries++)
        {
            var before = await files.ReadAsync(path, MostBytes, cancellationToken).ConfigureAwait(false);
            var text = before is null ? $"# {audience.Name}, {day}\n\n" : WorkspaceReader.Decode(before);
            if (LinesOf(path, text).Any(line => SameText(line.Fact.Text, fact.Text)))
                return false;
            var after = Encoding.UTF8.GetBytes($"{text}{(text.EndsWith('\n') ? "" : "\n")}{fact.ToLine()}\n");
            if (after.Length > MostBytes)
                throw new WorkspaceException($"the ledger of {day} is full.");
            if (await files.TryWriteAsync(path, before, after, cancellationToken).ConfigureAwait(false))
                return true;
        }

        throw new WorkspaceException("the ledger is being written by others at the same time. Try again.");
    }

    /// <summary>Removes a line. Returns false when it is not there any more.</summary>
    public async Task<bool> RemoveAsync(LedgerLine line, CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < Tries; tries++)
        {
            if (await files.ReadAsync(line.Path, MostBytes, cancellationToken).ConfigureAwait(false) is not { } before)
                return false;
            var lines = WorkspaceReader.Decode(before).Split('\n').ToList();
            var at = lines.FindIndex(each => Fact.Parse(each) is { } fact && fact.Id == line.Fact.Id);
            if (at < 0)
                return false;
            lines.RemoveAt(at);
            if (await files.TryWriteAsync(line.Path, before, Encoding.UTF8.GetBytes(string.Join('\n', lines)), cancellationToken).ConfigureAwait(false))
                return true;
        }

        return false;
    }

    private static IEnumerable<LedgerLine> LinesOf(string path, string text) =>
        text.Split('\n').Index().Select(line => (line.Index, Fact: Fact.Parse(line.Item))).Where(line => line.Fact is not null).Select(line => new LedgerLine(path, line.Index + 1, line.Fact!));

    private async Task<string?> ReadTextAsync(string path, CancellationToken cancellationToken) =>
        await files.ReadAsync(path, MostBytes, cancellationToken).ConfigureAwait(false) is { } bytes ? WorkspaceReader.Decode(bytes) : null;

    private static string Folder(string root, string path) => path[(root.Length + 1)..].Split('/')[0];

    private static bool SameText(string one, string two) => SourceText.Normal(one).Equals(SourceText.Normal(two), StringComparison.OrdinalIgnoreCase);
}

/// <summary>A fact where it stands.</summary>
/// <param name="Path">The file in the overlay.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Fact">The fact.</param>
internal sealed record LedgerLine(string Path, int Line, Fact Fact);
