using Drafthorse.Harness.GitGateway.Push;

namespace Drafthorse.Tests.GitGateway;

public sealed class ProtectedPathsTests
{
    [Theory]
    [InlineData(".github/workflows/ci.yml", true)]
    [InlineData(".GITHUB/workflows/x/y", true)]
    [InlineData(".github", true)]
    [InlineData(".github/workflows", true)]
    [InlineData(".drafthorse.yml", true)]
    [InlineData(".Drafthorse.YML", true)]
    [InlineData("docs/.drafthorse.yml", false)]
    [InlineData(".github/Actions/build/action.yml", true)]
    [InlineData(".github/actions", true)]
    [InlineData("codeowners", true)]
    [InlineData(".github/CODEOWNERS", true)]
    [InlineData("docs/CODEOWNERS", true)]
    [InlineData("docs", true)]
    [InlineData("docs/CODEOWNERS.md", false)]
    [InlineData("docs/readme.md", false)]
    [InlineData(".github/dependabot.yml", true)]
    [InlineData(".gitlab/CODEOWNERS", true)]
    [InlineData(".gitlab-ci.yml", true)]
    [InlineData(".circleci/config.yml", true)]
    [InlineData(".github/ISSUE_TEMPLATE/bug.md", false)]
    [InlineData(".gitlab/issue_templates/bug.md", false)]
    [InlineData("src/CODEOWNERS", false)]
    [InlineData("src/.github/workflows/ci.yml", false)]
    public void IsTouchedBy_NewFile_CountsWhereItIsProtectedOrInTheWay(string path, bool expected) => Assert.Equal(expected, ProtectedPaths.IsTouchedBy("000000", "100644", path));

    [Theory]
    [InlineData("160000", "160000", false)]
    [InlineData("100644", "100644", false)]
    [InlineData("120000", "120000", true)]
    [InlineData("120000", "000000", true)]
    [InlineData("100644", "160000", true)]
    public void IsTouchedBy_FolderAbove_CountsWhenItBecomesSomethingElse(string before, string after, bool expected) =>
        Assert.Equal(expected, ProtectedPaths.IsTouchedBy(before, after, "docs"));
}
