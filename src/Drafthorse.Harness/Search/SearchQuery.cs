namespace Drafthorse.Harness.Search;

/// <summary>What is looked for: the different terms of a few words.</summary>
internal sealed class SearchQuery
{
    private const int MostLength = 2_000;
    private const int MostTerms = 32;

    private readonly Dictionary<ulong, int> _places = [];

    public SearchQuery(string words)
    {
        var reader = new TermReader(words.AsSpan(0, Math.Min(words.Length, MostLength)));
        while (_places.Count < MostTerms && reader.TryRead(out var term))
            _places.TryAdd(term, _places.Count);
        Terms = [.. _places.Keys];
    }

    /// <summary>The terms, each once.</summary>
    public IReadOnlyList<ulong> Terms { get; }

    /// <summary>The place of a term among <see cref="Terms"/>, or -1.</summary>
    public int PlaceOf(ulong term) => _places.TryGetValue(term, out var place) ? place : -1;
}
