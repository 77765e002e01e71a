using System.Net;
using System.Text.RegularExpressions;

namespace Drafthorse.Harness.Models.Http.Errors;

/// <summary>The words of a page that a proxy sends in place of an answer.</summary>
internal static partial class PageText
{
    private const int MostPage = 8 * 1024;

    /// <summary>Its title and headings, else all of it.</summary>
    public static string Of(string page)
    {
        page = page.Length > MostPage ? page[..MostPage] : page;
        var headings = Headings().Matches(page).Select(match => Plain(match.Groups[1].Value)).Where(text => text.Length > 0).Distinct().Take(3).ToList();
        return headings.Count > 0 ? string.Join(": ", headings) : Plain(page);
    }

    private static string Plain(string html) => WebUtility.HtmlDecode(Tags().Replace(html, " ")).Trim();

    [GeneratedRegex("<(?:title|h1|h2)[^>]*>(.*?)</", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Headings();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tags();
}
