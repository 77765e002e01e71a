using Drafthorse.Sandbox.Files;
using Drafthorse.Sandbox.Search;
using Drafthorse.Tests.Sandbox.Files;

namespace Drafthorse.Tests.Sandbox.Search;

public sealed class SearchHandlersTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private GrepResult Grep(GrepRequest request) => new SearchHandlers(_folder.Roots).Grep(request, TestContext.Current.CancellationToken);

    private IReadOnlyList<string> Glob(string pattern, string path = ".", bool includeIgnored = false) => new SearchHandlers(_folder.Roots)
        .Glob(new GlobRequest { Pattern = pattern, Path = path, IncludeIgnored = includeIgnored }, TestContext.Current.CancellationToken).Paths;

    private static string Shown(GrepResult result) => string.Join('|', result.Files.Select(file =>
        file.Path + ":" + string.Join(',', file.Lines.Select(line => $"{line.Number}{(line.IsMatch ? "=" : "-")}{line.Text}"))));

    [Fact]
    public void Grep_Context_ShowsEachLineOnce()
    {
        _folder.Put("a.txt", "\none\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine");

        Assert.Equal("a.txt:1-,2=one,3-two", Shown(Grep(new GrepRequest { Pattern = "one", Context = 1 })));
        Assert.Equal("a.txt:2-one,3=two,4-three,5=four,6-five,9-eight,10=nine", Shown(Grep(new GrepRequest { Pattern = "^(two|four|nine)$", Context = 1 })));
    }

    [Theory]
    [InlineData("b.r", false, false, "a.txt:2=bar,3=BaR bir")]
    [InlineData("bar", false, false, "a.txt:2=bar")]
    [InlineData("bar", false, true, "a.txt:2=bar,3=BaR bir")]
    [InlineData("(foo", true, false, "a.txt:4=(foo.bar)")]
    [InlineData(".bar)", true, false, "a.txt:4=(foo.bar)")]
    [InlineData("(?<=foo\\.)bar", false, false, "a.txt:4=(foo.bar)")]
    [InlineData("\\Abar\\z", false, false, "a.txt:2=bar")]
    [InlineData("foo$", false, false, "a.txt:1=foo")]
    [InlineData("foo\\s+bar", false, false, "")]
    [InlineData("[^z]+bir", false, false, "a.txt:3=BaR bir")]
    [InlineData("(a)\\1", false, false, "")]
    public void Grep_Pattern_MatchesLinesAlone(string pattern, bool isLiteral, bool ignoreCase, string expected)
    {
        _folder.Put("a.txt", "foo\r\nbar\r\nBaR bir\r\n(foo.bar)\r\n");

        var result = Grep(new GrepRequest { Pattern = pattern, IsLiteral = isLiteral, IgnoreCase = ignoreCase });

        var wanted = pattern == "b.r" ? "a.txt:2=bar,3=BaR bir,4=(foo.bar)" : pattern == "bar" ? expected + ",4=(foo.bar)" : expected;
        Assert.Equal(wanted, Shown(result));
    }

    [Fact]
    public void Grep_BinaryLinksAndGit_AreLeftOut()
    {
        _folder.Put("a.txt", "needle");
        _folder.Put(".git/config", "needle");
        _folder.Put(".github/ci.yml", "needle");
        File.WriteAllBytes(_folder.Inside("b.bin"), [0, .. "needle"u8]);
        File.WriteAllBytes(_folder.Inside("c.txt"), [0xFF, .. "needle"u8]);
        _folder.Link("d.txt", "a.txt");
        _folder.Link("out", "../outside");
        File.WriteAllText(_folder.In("outside/secret"), "needle");

        var result = Grep(new GrepRequest { Pattern = "needle" });

        Assert.Equal([".github/ci.yml", "a.txt", "c.txt"], result.Files.Select(file => file.Path));
    }

    [Fact]
    public void Grep_Limit_IsToldAndKept()
    {
        _folder.Put("a.txt", string.Concat(Enumerable.Repeat("x\n", 100)));

        var few = Grep(new GrepRequest { Pattern = "x", Limit = 10 });
        var files = Grep(new GrepRequest { Pattern = "x", FilesOnly = true });
        var all = Grep(new GrepRequest { Pattern = "x", Limit = 100 });

        Assert.Equal((10, true), (few.Files[0].Lines.Count, few.IsCapped));
        Assert.Equal((100, 0, false), (files.Files[0].Matches, files.Files[0].Lines.Count, files.IsCapped));
        Assert.Equal((100, false), (all.Files[0].Lines.Count, all.IsCapped));
    }

    [Fact]
    public void Grep_LongLine_IsCutAroundTheMatch()
    {
        _folder.Put("min.js", new string('x', 100_000) + "needle" + new string('y', 100_000));

        var line = Assert.Single(Grep(new GrepRequest { Pattern = "ne+dle" }).Files[0].Lines);

        Assert.Contains("needle", line.Text, StringComparison.Ordinal);
        Assert.True(line.Text.Length < 400);
    }

    [Fact]
    public void Grep_FileOrIncludePattern_NarrowsTheSearch()
    {
        _folder.Put("src/a.ts", "x");
        _folder.Put("src/a.tsx", "x");
        _folder.Put("src/a.md", "x");

        Assert.Equal(["src/a.ts", "src/a.tsx"], Grep(new GrepRequest { Pattern = "x", Include = "*.{ts,tsx}" }).Files.Select(file => file.Path));
        Assert.Equal(["src/a.md"], Grep(new GrepRequest { Pattern = "x", Path = "src/a.md" }).Files.Select(file => file.Path));
        Assert.Equal(FileErrorKind.NotFound, Assert.Throws<FileException>(() => Grep(new GrepRequest { Pattern = "x", Path = "none" })).Kind);
        Assert.Equal(FileErrorKind.Outside, Assert.Throws<FileException>(() => Grep(new GrepRequest { Pattern = "x", Path = ".." })).Kind);
    }

    [Fact]
    public void Grep_FileTooLarge_IsNamed()
    {
        using (var file = File.OpenHandle(_folder.Inside("huge"), FileMode.Create, FileAccess.Write))
        {
            RandomAccess.SetLength(file, 40_000_000);
        }

        Assert.Equal(["huge"], Grep(new GrepRequest { Pattern = "x" }).TooLarge);
    }

    [Fact]
    public void Glob_GitignoreRules_Hold()
    {
        _folder.Put(".git/HEAD", "");
        _folder.Put(".gitignore", "*.log\n!keep.log\n/build/\nnode_modules/\n");
        _folder.Put("sub/.gitignore", "!also.log\nlocal\n");
        foreach (var file in new[] { "a.log", "keep.log", "build/x", "sub/build/x", "sub/also.log", "sub/b.log", "sub/local", "local", "node_modules/m/i.js" })
        {
            _folder.Put(file, "");
        }

        Assert.Equal([".gitignore", "keep.log", "local", "sub/.gitignore", "sub/also.log", "sub/build/x"], Glob("**"));
        Assert.Equal(["sub/.gitignore", "sub/also.log", "sub/build/x"], Glob("**", "sub"));
        Assert.Equal(["node_modules/m/i.js"], Glob("node_modules/**/*.js"));
        Assert.Contains("a.log", Glob("*.log", includeIgnored: true));
    }

    [Fact]
    public void Glob_PathsOfEachKind_AreFound()
    {
        _folder.Put("src/a/b.cs", "");
        _folder.Put("src/c.cs", "");
        File.WriteAllText(_folder.In("other/d.cs"), "");

        Assert.Equal(["src/a/b.cs", "src/c.cs"], Glob("*.cs"));
        Assert.Equal(["src/c.cs"], Glob("src/*.cs"));
        Assert.Equal(["src/a/b.cs"], Glob(_folder.Root + "/src/a/*"));
        Assert.Equal([_folder.In("other/d.cs")], Glob("../other/*.cs"));
        Assert.Equal(FileErrorKind.Outside, Assert.Throws<FileException>(() => Glob("../outside/**")).Kind);
        Assert.Equal(FileErrorKind.Outside, Assert.Throws<FileException>(() => Glob("/etc/*")).Kind);
    }

    [Fact]
    public void Glob_Limit_TellsTheTotal()
    {
        for (var i = 0; i < 10; i++)
        {
            _folder.Put($"{i}", "");
        }

        var result = new SearchHandlers(_folder.Roots).Glob(new GlobRequest { Pattern = "*", Limit = 3 }, TestContext.Current.CancellationToken);

        Assert.Equal(["0", "1", "2"], result.Paths);
        Assert.Equal(10, result.Total);
    }

    [Fact]
    public void Walk_FoldersTooDeep_EndsAndSaysSo()
    {
        Directory.CreateDirectory(_folder.Inside(string.Concat(Enumerable.Repeat("d/", 400))));
        _folder.Put("a.txt", "x");

        var result = Grep(new GrepRequest { Pattern = "x" });

        Assert.Equal("a.txt", Assert.Single(result.Files).Path);
        Assert.Equal(1, result.Unreadable);
    }
}
