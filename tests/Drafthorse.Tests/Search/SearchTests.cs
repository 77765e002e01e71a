using Drafthorse.Harness.Search;

namespace Drafthorse.Tests.Search;

/// <summary>Words are found in any script, the passages that have the rarest ones first, and in bounded memory.</summary>
public sealed class SearchTests
{
    [Theory]
    [InlineData("Max_Retries is 48213", "retries max", true)]
    [InlineData("Ünïcode STRASSE", "ünïcode strasse", true)]
    [InlineData("错误：数据库连接超时", "连接超时", true)]
    [InlineData("データベース接続", "接続", true)]
    [InlineData("데이터베이스", "베이", true)]
    [InlineData("port=8080;host=db-1", "8080", true)]
    [InlineData("port=8080", "808", false)]
    [InlineData("数据库", "数据湖泊", true)]
    [InlineData("数据库", "湖泊", false)]
    [InlineData("a\ud800b", "b", true)]
    public void Look_FindsWords(string text, string words, bool isFound) =>
        Assert.Equal(isFound, new PassageRanking<int>(new SearchQuery(words)).Look(text));

    [Theory]
    [InlineData("", 0)]
    [InlineData(" \t- ... 🎉", 0)]
    [InlineData("a A a", 1)]
    [InlineData("数据库", 2)]
    [InlineData("库", 1)]
    public void Query_HasEachTermOnce(string words, int terms) => Assert.Equal(terms, new SearchQuery(words).Terms.Count);

    [Fact]
    public void Query_OfAWholeBook_IsBounded() =>
        Assert.Equal(32, new SearchQuery(string.Join(' ', Enumerable.Range(0, 100_000))).Terms.Count);

    [Fact]
    public void Best_RareWordsAndShortPassages_ComeFirst()
    {
        var ranking = new PassageRanking<string>(new SearchQuery("the timeout"));
        string[] passages = ["the", "the timeout", $"the {string.Join(' ', Enumerable.Repeat("word", 30))}", "no such"];
        foreach (var passage in passages)
        {
            if (ranking.Look(passage))
                ranking.Keep(passage);
        }

        Assert.Equal([passages[1], passages[0], passages[2]], ranking.Best());
        Assert.Equal(3, ranking.Matches);
    }

    [Fact]
    public void Best_AfterManyMatches_StillHasTheBestOne()
    {
        var ranking = new PassageRanking<int>(new SearchQuery("needle straw"));
        for (var number = 0; number < 20_000; number++)
        {
            if (ranking.Look(number == 7_000 ? "needle" : "straw and more straw"))
                ranking.Keep(number);
        }

        Assert.Equal(7_000, ranking.Best().First());
        Assert.InRange(ranking.Best().Count(), 1_000, 2_000);
    }

    [Fact]
    public void Passages_OfATextAndOfAReader_AreTheSameAndHaveAllOfIt()
    {
        var random = new Random(7);
        var text = string.Concat(Enumerable.Range(0, 60_000).Select(_ => random.Next(60) switch { 0 => "\n", 1 => "🎉", var other => ((char)('a' + (other % 26))).ToString() }));
        var (one, two) = (new List<(string, long)>(), new List<(string, long)>());

        Passages.Of(text, (passage, at) => one.Add((passage.ToString(), at)));
        var isWhole = Passages.Of(new StringReader(text), (passage, at) => two.Add((passage.ToString(), at)), () => true);

        Assert.True(isWhole);
        Assert.Equal(one, two);
        Assert.Equal(text, string.Concat(one.Select(passage => passage.Item1)));
        Assert.All(one, passage => Assert.Equal(passage.Item1, text.Substring((int)passage.Item2, passage.Item1.Length)));
        Assert.All(one, passage => Assert.True(passage.Item1.Length <= 1_000 && !char.IsLowSurrogate(passage.Item1[0])));
    }

    [Fact]
    public void Filter_DeniesNothingThatIsThere_AndMostThatIsNot()
    {
        var filter = TermFilter.Of(string.Join(' ', Enumerable.Range(0, 20_000)));
        var kept = TermFilter.Read(filter.Bits.ToArray())!;

        Assert.All(Enumerable.Range(0, 20_000), number => Assert.True(kept.MayHave(new SearchQuery($"{number}").Terms[0])));
        Assert.InRange(Enumerable.Range(100_000, 10_000).Count(number => kept.MayHave(new SearchQuery($"{number}").Terms[0])), 0, 1_000);
        Assert.Null(TermFilter.Read(new byte[1_000]));
        Assert.Null(TermFilter.Read([]));
    }
}
