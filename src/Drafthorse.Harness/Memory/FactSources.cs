using System.Globalization;
using Drafthorse.Harness.Drafts;
using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.Instructions;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Memory;

/// <summary>Finds what a fact is from, and compares: a message of somebody who may give orders in this thread, or a line of the base branch. Material,
/// results of tools and the model's own words are no sources.</summary>
/// <param name="store">Where the thread's messages are.</param>
/// <param name="open">Opens the base branch's files; null = none.</param>
internal sealed class FactSources(IThreadStore store, OpenInstructions? open)
{
    private const int Page = 500;
    private const int MostLines = 20;

    /// <summary>The source that says the fact, or why there is none.</summary>
    public async Task<(FactSource? Source, string Why)> FindAsync(RunContext run, string fact, string named, CancellationToken cancellationToken)
    {
        var place = named.LastIndexOf(':') is var colon and > 0 && TryLines(named[(colon + 1)..], out var from, out var to) ? (Path: named[..colon], From: from, To: to) : default;
        if (await FindMessageAsync(run, fact, named, cancellationToken).ConfigureAwait(false) is { } message)
            return (message, "");
        return place.Path is null
            ? (null, $"no message of this task that people wrote says so word for word{(named is "message" or "" ? "" : $" (source: {named})")}")
            : await FindLinesAsync(run, fact, place, cancellationToken).ConfigureAwait(false);
    }

    private async Task<FactSource?> FindMessageAsync(RunContext run, string fact, string named, CancellationToken cancellationToken)
    {
        FactSource? found = null;
        for (var position = 0L; ;)
        {
            var records = await store.ReadJournalAsync(run.Thread.Id, position, Page, cancellationToken).ConfigureAwait(false);
            foreach (var message in records.Where(record => record.Kind == "messages.taken").Select(record => record.Event).OfType<MessagesTaken>().SelectMany(taken => taken.Messages).Select(entry => entry.Message))
            {
                if ((named == message.Id || named is "message" or "") && SourceText.Says(message.Text, fact))
                    found = new FactSource { From = message.Id, By = message.Sender, Thread = $"{run.Thread.Id}" };
            }

            if (records.Count < Page)
                return found;
            position = records[^1].Position + 1;
        }
    }

    private async Task<(FactSource? Source, string Why)> FindLinesAsync(RunContext run, string fact, (string Path, int From, int To) place, CancellationToken cancellationToken)
    {
        try
        {
            if (open is null || await open(run, cancellationToken).ConfigureAwait(false) is not { Tree: { } tree, Root: var root })
                return (null, "there is no base branch to compare it with");
            if (RepositoryPath.Of(root, run.WorkingDirectory, place.Path) is not { Length: > 0 } path || await tree.FindAsync([path], 2, cancellationToken).ConfigureAwait(false) is not [var entry] || entry.Path != path)
                return (null, $"the base branch has no file {place.Path}");
            if ((await tree.ReadAsync([entry], cancellationToken).ConfigureAwait(false))[0] is not { Text: { } text })
                return (null, $"{path} cannot be read");
            var lines = text.Split('\n').Skip(place.From - 1).Take(place.To - place.From + 1);
            return SourceText.Says(string.Join('\n', lines), fact)
                ? (new FactSource { From = string.Create(CultureInfo.InvariantCulture, $"{path}:{place.From}"), Thread = $"{run.Thread.Id}", Commit = run.Get<RepositoryWork>()?.TrustedCommit ?? "" }, "")
                : (null, $"{path}:{place.From} of the base branch does not say so word for word");
        }
        catch (GitException exception)
        {
            return (null, exception.Message);
        }
    }

    private static bool TryLines(string text, out int from, out int to)
    {
        var parts = text.Split('-');
        to = 0;
        if (!int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out from) || from < 1 || parts.Length > 2)
            return false;
        to = parts.Length == 1 ? from : int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var last) ? last : 0;
        to = Math.Min(to, from + MostLines);
        return to >= from;
    }
}
