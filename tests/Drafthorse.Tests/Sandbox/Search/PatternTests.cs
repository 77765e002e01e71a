using System.Diagnostics;
using Drafthorse.Sandbox.Files;
using Drafthorse.Sandbox.Search;
using Drafthorse.Sandbox.Search.Patterns;

namespace Drafthorse.Tests.Sandbox.Search;

public sealed class PatternTests
{
    [Theory]
    [InlineData("*.cs", "a/b/c.cs", true)]
    [InlineData("*.cs", "c.csx", false)]
    [InlineData("src/**/*.{ts,tsx}", "src/a.tsx", true)]
    [InlineData("src/**/*.{ts,tsx}", "src/a/b/c.ts", true)]
    [InlineData("src/**/*.{ts,tsx}", "lib/src/a.ts", false)]
    [InlineData("**/test_*.py", "test_a.py", true)]
    [InlineData("**/test_*.py", "x/y/test_a.py", true)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "a/c", false)]
    [InlineData("[a-c]x[!0-9]", "bxy", true)]
    [InlineData("[a-c]x[!0-9]", "bx1", false)]
    [InlineData("\\[id\\].tsx", "app/[id].tsx", true)]
    [InlineData("{a,b{c,d}}.txt", "bd.txt", true)]
    [InlineData("{a}.txt", "{a}.txt", true)]
    [InlineData("**", "any/thing", true)]
    [InlineData("docs/**", "docs", false)]
    [InlineData("[unclosed", "[unclosed", false)]
    [InlineData("*a*b*c*", "xxaxxbxxcxx", true)]
    public void Glob_Path_MatchesAsInAShell(string pattern, string path, bool expected) =>
        Assert.Equal(expected, GlobPattern.Of(pattern).IsMatch(path));

    [Theory]
    [InlineData("")]
    [InlineData("{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}")]
    public void Glob_PatternThatIsNone_IsRefused(string pattern) =>
        Assert.Equal(FileErrorKind.Invalid, Assert.Throws<FileException>(() => GlobPattern.Parse(pattern)).Kind);

    [Fact]
    public void Glob_CatastrophicPattern_IsFast()
    {
        var started = Stopwatch.GetTimestamp();

        Assert.False(GlobPattern.Of(string.Concat(Enumerable.Repeat("*a", 200)) + "b").IsMatch(new string('a', 4_000)));
        Assert.False(GlobPattern.Of(string.Concat(Enumerable.Repeat("**/a/", 150)) + "b").IsMatch(string.Concat(Enumerable.Repeat("a/", 1_000)) + "c"));

        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(2));
    }

    [Theory]
    [InlineData("(a+)+$")]
    [InlineData("(a|aa)+$")]
    [InlineData("(.*)*x")]
    [InlineData("(?=a)(a+)+$")]
    [InlineData("(a*)*\\1b")]
    [InlineData("\\w{900}x")]
    public void Grep_CatastrophicPattern_EndsInTime(string pattern)
    {
        using var folder = new Files.TemporaryFolder();
        folder.Put("a.txt", new string('a', 50_000) + "!\n");
        var started = Stopwatch.GetTimestamp();

        var result = new SearchHandlers(folder.Roots).Grep(new GrepRequest { Pattern = pattern }, TestContext.Current.CancellationToken);

        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(10));
        Assert.True(result.Matches == 0 || result.TooSlow.Count == 0);
    }

    [Theory]
    [InlineData("(")]
    [InlineData("[")]
    [InlineData("a{2000}")]
    [InlineData("((a{100}){100}){100}")]
    [InlineData("")]
    [InlineData("a\nb")]
    public void Grep_PatternThatIsNone_IsRefused(string pattern)
    {
        using var folder = new Files.TemporaryFolder();

        var exception = Assert.Throws<FileException>(() =>
            new SearchHandlers(folder.Roots).Grep(new GrepRequest { Pattern = pattern }, TestContext.Current.CancellationToken));

        Assert.Equal(FileErrorKind.Invalid, exception.Kind);
    }

    [Fact]
    public void Grep_PatternTooLong_IsRefused()
    {
        using var folder = new Files.TemporaryFolder();

        Assert.Throws<FileException>(() =>
            new SearchHandlers(folder.Roots).Grep(new GrepRequest { Pattern = new string('a', 1_000_000) }, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Grep_PatternThatMatchesAcrossLines_EndsInTime()
    {
        using var folder = new Files.TemporaryFolder();
        folder.Put("a.txt", string.Concat(Enumerable.Repeat("a\n", 500_000)) + "b");
        var started = Stopwatch.GetTimestamp();

        var result = new SearchHandlers(folder.Roots).Grep(new GrepRequest { Pattern = "a[^x]*b" }, TestContext.Current.CancellationToken);

        Assert.Equal(0, result.Matches);
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(10));
    }
}
