using System.Globalization;
using System.Text;
using Drafthorse.Harness.Search;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness;

/// <summary>Searches a thread's raw journal, newest first, and its archived results, those with the rarest words first. Bounded in time and
/// memory; what was not looked at is said.</summary>
internal sealed class SessionSearch(IThreadStore store, ResultArchive? archive, TimeProvider timeProvider)
{
    private const int Page = 100;
    private const int MostArchived = 40;
    private const int MostCommon = 3;
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(8);

    /// <summary>The passages that match best, as the model reads them; null when the query has no words.</summary>
    public async Task<string?> FindAsync(ThreadId thread, string words, int limit, CancellationToken cancellationToken)
    {
        var query = new SearchQuery(words);
        if (query.Terms.Count == 0)
            return null;
        var began = timeProvider.GetTimestamp();
        bool HasTime() => !cancellationToken.IsCancellationRequested && timeProvider.GetElapsedTime(began) < MostTime;
        var archived = archive?.List(thread).ToHashSet(StringComparer.Ordinal) ?? [];
        var ranking = new PassageRanking<Found>(query);
        var notes = new StringBuilder();
        if (await AddJournalAsync(thread, ranking, archived, HasTime, cancellationToken).ConfigureAwait(false) is { } from)
            notes.Append(CultureInfo.InvariantCulture, $"\n(There was no time to look at what is older than step {from}.)");
        if (AddArchived(thread, query, ranking, archived, HasTime) is var skipped and > 0)
            notes.Append(CultureInfo.InvariantCulture, $"\n({skipped} large results that have only the more common words, or for which there was no time, were not looked at.)");
        cancellationToken.ThrowIfCancellationRequested();
        return Write(ranking, limit) + notes;
    }

    /// <summary>Returns the step from which on the journal was looked at; null when all of it was.</summary>
    private async Task<int?> AddJournalAsync(ThreadId thread, PassageRanking<Found> ranking, HashSet<string> archived, Func<bool> hasTime, CancellationToken cancellationToken)
    {
        var end = (await store.GetThreadAsync(thread, cancellationToken).ConfigureAwait(false))?.JournalLength ?? 0;
        var step = 0;
        while (end > 0)
        {
            if (!hasTime())
                return step;
            var start = Math.Max(0, end - Page);
            foreach (var record in (await store.ReadJournalAsync(thread, start, (int)(end - start), cancellationToken).ConfigureAwait(false)).Reverse())
            {
                foreach (var (source, text) in SessionTexts.Of(record, archived))
                {
                    step = source.Step ?? step;
                    Passages.Of(text, (passage, at) => Add(ranking, passage, at, source));
                }
            }

            end = start;
        }

        return null;
    }

    /// <summary>Returns how many results that may match were not looked at.</summary>
    private int AddArchived(ThreadId thread, SearchQuery query, PassageRanking<Found> ranking, HashSet<string> archived, Func<bool> hasTime)
    {
        var candidates = new List<(string CallId, bool[] May)>();
        foreach (var callId in archived.TakeWhile(_ => hasTime()))
        {
            if (archive!.ReadFilter(thread, callId) is { } filter && query.Terms.Any(filter.MayHave))
                candidates.Add((callId, [.. query.Terms.Select(filter.MayHave)]));
        }

        // Words that most results have say nothing about where to look, unless the query has no others.
        int[] common = [.. query.Terms.Select((_, place) => candidates.Count(candidate => candidate.May[place]))];
        bool[] tells = [.. common.Select(count => count <= Math.Max(MostCommon, candidates.Count / 2))];
        double ScoreOf(bool[] may) => may.Select((has, place) => has && (tells[place] || !tells.Contains(true)) ? Math.Log(1 + ((candidates.Count + 1.0) / (1 + common[place]))) : 0).Sum();
        List<string> best = [.. candidates.Select(candidate => (candidate.CallId, Score: ScoreOf(candidate.May))).Where(scored => scored.Score > 0).OrderByDescending(scored => scored.Score).Select(scored => scored.CallId)];
        var looked = 0;
        foreach (var callId in best.Take(MostArchived).TakeWhile(_ => hasTime()))
        {
            var source = SessionTexts.SourceOf(callId, "whole result");
            looked += archive!.Visit(thread, callId, (passage, at) => Add(ranking, passage, at, source), hasTime) ? 1 : 0;
        }

        return candidates.Count - looked;
    }

    private static void Add(PassageRanking<Found> ranking, ReadOnlySpan<char> passage, long at, SessionSource source)
    {
        if (ranking.Look(passage))
            ranking.Keep(new Found(source, at, passage.ToString()));
    }

    private static string Write(PassageRanking<Found> ranking, int limit)
    {
        var shown = new HashSet<string>(StringComparer.Ordinal);
        var text = new StringBuilder();
        foreach (var found in ranking.Best().Where(found => shown.Add(found.Text)).Take(limit))
        {
            var step = found.Source.Step is { } number ? $"step {number}, " : "";
            text.Append(CultureInfo.InvariantCulture, $"--- {step}{found.Source.What}{(found.At > 0 ? $", from character {found.At}" : "")}\n{found.Text.TrimEnd()}\n");
        }

        return text.Length == 0 ? "Nothing in this task so far has any of these words."
            : $"{ranking.Matches} passages match; the best {Math.Min(shown.Count, limit)}, as they were then:\n{text.ToString().TrimEnd()}";
    }

    private sealed record Found(SessionSource Source, long At, string Text);
}
