namespace Drafthorse.Harness.Search;

/// <summary>Ranks passages by how well they match a query (Okapi BM25, k1 = 1.2, b = 0.75). Takes any number of them, in one pass and in bounded memory.</summary>
/// <param name="query">What is looked for.</param>
/// <typeparam name="T">What a passage is found again by.</typeparam>
internal sealed class PassageRanking<T>(SearchQuery query)
{
    private const double TermSaturation = 1.2, LengthWeight = 0.75;
    private const int MostCandidates = 1_000;

    private readonly int[] _passagesWith = new int[query.Terms.Count];
    private readonly int[] _counts = new int[query.Terms.Count];
    private readonly List<Candidate> _candidates = [];
    private int _length;
    private long _passages;
    private long _terms;

    /// <summary>How many passages have at least one of the terms.</summary>
    public long Matches { get; private set; }

    /// <summary>Looks at a passage. Returns whether it matches; then <see cref="Keep"/> must follow.</summary>
    public bool Look(ReadOnlySpan<char> passage)
    {
        Array.Clear(_counts);
        _length = 0;
        var matches = false;
        var reader = new TermReader(passage);
        while (reader.TryRead(out var term))
        {
            _length++;
            if (query.PlaceOf(term) is var place and >= 0)
            {
                _counts[place]++;
                matches = true;
            }
        }

        _passages++;
        _terms += _length;
        return matches;
    }

    /// <summary>Keeps the passage that was looked at last.</summary>
    public void Keep(T source)
    {
        Matches++;
        for (var place = 0; place < _counts.Length; place++)
            _passagesWith[place] += Math.Min(1, _counts[place]);
        _candidates.Add(new Candidate(source, _length, [.. _counts], Matches));
        if (_candidates.Count >= MostCandidates * 2)
        {
            var best = Ranked().Take(MostCandidates).Select(ranked => ranked.Candidate).ToList();
            _candidates.Clear();
            _candidates.AddRange(best);
        }
    }

    /// <summary>The passages that match, best first; of equal ones the first that was added.</summary>
    public IEnumerable<T> Best() => Ranked().Select(ranked => ranked.Candidate.Source);

    private List<(Candidate Candidate, double Score)> Ranked() => _candidates
        .Select(candidate => (Candidate: candidate, Score: ScoreOf(candidate)))
        .OrderByDescending(ranked => ranked.Score)
        .ThenBy(ranked => ranked.Candidate.Number)
        .ToList();

    private double ScoreOf(Candidate candidate)
    {
        var average = Math.Max(1, (double)_terms / _passages);
        var score = 0.0;
        foreach (var (place, count) in candidate.Counts.Index())
        {
            var rarity = Math.Log(1 + ((_passages - _passagesWith[place] + 0.5) / (_passagesWith[place] + 0.5)));
            score += rarity * count * (TermSaturation + 1) / (count + (TermSaturation * (1 - LengthWeight + (LengthWeight * candidate.Length / average))));
        }

        return score;
    }

    private sealed record Candidate(T Source, int Length, int[] Counts, long Number);
}
