using Drafthorse.Harness.Drafts;
using Drafthorse.Harness.Threads;
using FsCheck.Xunit;

namespace Drafthorse.Tests.Drafts;

public sealed class BranchNameTests
{
    [Theory]
    [InlineData(42, "Fix the *broken* widget!", "drafthorse/42-fix-the-broken-widget")]
    [InlineData(42, "", "drafthorse/42")]
    [InlineData(42, null, "drafthorse/42")]
    [InlineData(7, "修复登录", "drafthorse/7")]
    [InlineData(7, "Don't crash on ../../etc/passwd.lock", "drafthorse/7-dont-crash-on-etc-passwd-lock")]
    [InlineData(7, "A title that goes on and on and on until nobody reads it any more", "drafthorse/7-a-title-that-goes-on-and-on-and-on-until")]
    [InlineData(null, "Tidy up", "drafthorse/b9e64919-tidy-up")]
    public void For_Title_MakesSlug(int? number, string? title, string expected)
    {
        var thread = Thread(number, title);

        Assert.Equal(expected, BranchName.For(thread));
    }

    [Theory]
    [InlineData("[skip ci] Fix it", "drafthorse/42-fix-it")]
    [InlineData("Fix it \uFF3Bci skip\uFF3D", "drafthorse/42-fix-it")]
    public void For_TitleThatSteersCi_LeavesThatOut(string title, string expected) => Assert.Equal(expected, BranchName.For(Thread(42, title)));

    [Theory]
    [InlineData("drafthorse/1-x", "", "drafthorse/1-x")]
    [InlineData("drafthorse/1-x", "main drafthorse/2-y", "drafthorse/1-x")]
    [InlineData("drafthorse/1-x", "drafthorse", "drafthorse-1-x")]
    [InlineData("drafthorse/1-x", "DraftHorse", "drafthorse-1-x")]
    [InlineData("a/b/1-x", "a", "a-b-1-x")]
    [InlineData("a/b/1-x", "A/B", "a-b-1-x")]
    [InlineData("bots/horse-1-x", "bots", "bots-horse-1-x")]
    [InlineData("drafthorse/1-x", "drafthorse/1-x", "drafthorse-1-x")]
    [InlineData("drafthorse/1-x", "Drafthorse/1-X drafthorse-1-x", "drafthorse/1-x-2")]
    [InlineData("drafthorse/1-x", "drafthorse/1-x/more", "drafthorse-1-x")]
    [InlineData("drafthorse/1-x", "drafthorse drafthorse-1-x drafthorse-1-x-2/y", "drafthorse-1-x-3")]
    public void FreeOf_BranchesInTheWay_IsTheNextName(string name, string branches, string expected) =>
        Assert.Equal(expected, BranchName.FreeOf(name, branches.Split(' ', StringSplitOptions.RemoveEmptyEntries)));

    [Fact]
    public void For_BadPrefix_Throws() =>
        Assert.Throws<ArgumentException>(() => BranchName.For(Thread(1, "x"), "a..b/"));

    [Property]
    public bool For_AnyTitle_IsValid(string? title) => BranchName.IsValid(BranchName.For(Thread(1, title)));

    [Theory]
    [InlineData("main", true)]
    [InlineData("feature/a.b", true)]
    [InlineData("", false)]
    [InlineData("-x", false)]
    [InlineData("a..b", false)]
    [InlineData("a//b", false)]
    [InlineData("/a", false)]
    [InlineData("a/", false)]
    [InlineData("a.", false)]
    [InlineData(".a", false)]
    [InlineData("a/.b", false)]
    [InlineData("a.lock", false)]
    [InlineData("a.lock/b", false)]
    [InlineData("a@{b", false)]
    [InlineData("@", false)]
    [InlineData("HEAD", false)]
    [InlineData("a b", false)]
    [InlineData("a\nb", false)]
    [InlineData("a~b", false)]
    [InlineData("a:b", false)]
    [InlineData("a\\b", false)]
    public void IsValid_GitsRules(string name, bool expected) => Assert.Equal(expected, BranchName.IsValid(name));

    private static ThreadRecord Thread(int? number, string? title) => new()
    {
        Id = ThreadId.FromKey("github:issue:owner/repo#42"),
        Key = "github:issue:owner/repo#42",
        Origin = new ThreadOrigin { Channel = "github", User = "github:octocat", Number = number, Title = title },
    };
}
