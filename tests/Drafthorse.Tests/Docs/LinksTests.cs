using System.Text.RegularExpressions;

namespace Drafthorse.Tests.Docs;

public sealed partial class LinksTests
{
    [Fact]
    public void Pages_LinksToFiles_AllLeadSomewhere()
    {
        var broken = RepositoryFiles.Pages().SelectMany(page => Link().Matches(RepositoryFiles.Read(page))
            .Select(match => match.Groups[1].Value.Split('#')[0])
            .Where(target => target.Length > 0 && !Path.Exists(Path.Combine(RepositoryFiles.Root, Path.GetDirectoryName(page)!, target)))
            .Select(target => $"{page}: {target}"));

        Assert.Empty(broken);
    }

    [GeneratedRegex(@"\]\((?!https?://|mailto:)([^)\s]+)\)")]
    private static partial Regex Link();
}
