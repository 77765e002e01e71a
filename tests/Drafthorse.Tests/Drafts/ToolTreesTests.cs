using Drafthorse.Harness.Drafts.Endings;

namespace Drafthorse.Tests.Drafts;

public class ToolTreesTests
{
    private static FoundTree Named(string path, long files = 1, long bytes = 10, long built = 0, bool tracked = false) => new(FoundKind.Named, path, files, bytes, built, tracked);

    private static FoundTree Folder(string path, long files, long bytes = 10) => new(FoundKind.Folder, path, files, bytes, 0, false);

    [Theory]
    [InlineData("node_modules/", 1, 0, false, true)]
    [InlineData("web/.venv/", 1, 0, false, true)]
    [InlineData("x.egg-info/", 1, 0, false, true)]
    [InlineData("node_modules/", 3, 0, true, false)]
    [InlineData("bin/", 1, 0, false, false)]
    [InlineData("bin/", 3, 1, false, true)]
    [InlineData("target/", 200, 0, false, true)]
    [InlineData("vendor/", 30, 0, true, false)]
    [InlineData("vendor/", 900, 0, true, true)]
    public void Covers_NameAndContent_Decide(string path, long files, long built, bool tracked, bool covered) =>
        Assert.Equal(covered, ToolTrees.Covers(Named(path, files, built: built, tracked: tracked)));

    [Fact]
    public void Judge_LargeFolderInAnother_OnlyTheInnerOne()
    {
        var judged = ToolTrees.Judge([Folder("src/", 2010), Folder("src/gen/", 2000)]);

        Assert.Equal("src/gen/", Assert.Single(judged).Path);
    }

    [Fact]
    public void Judge_LargeOutsideOfTheInnerToo_TheOuterOne()
    {
        var judged = ToolTrees.Judge([Folder("data/", 9000), Folder("data/a/", 2000), Named("data/node_modules/")]);

        Assert.Equal("data/", Assert.Single(judged).Path);
    }

    [Fact]
    public void Judge_SmallFolderAndFile_AreLeft() => Assert.Empty(ToolTrees.Judge([Folder("a/", 400), Named("build/", 5)]));
}
