using System.Text.RegularExpressions;
using Drafthorse.Harness.GitGateway;

namespace Drafthorse.Settings;

/// <summary><c>DRAFTHORSE_COMMIT_AUTHOR</c>: who commits are by, as git writes it.</summary>
internal static partial class CommitAuthorSetting
{
    /// <summary>The author, or null when none is set. Throws <see cref="SettingsException"/>.</summary>
    public static GitAuthor? Read(SettingsReader reader)
    {
        if (reader.Text("DRAFTHORSE_COMMIT_AUTHOR") is not { } text)
            return null;
        var match = Form().Match(text);
        return match.Success
            ? new GitAuthor(match.Groups["name"].Value, match.Groups["address"].Value)
            : throw new SettingsException("DRAFTHORSE_COMMIT_AUTHOR must be a name and an address, such as: Drafthorse <drafthorse@company.example>");
    }

    [GeneratedRegex(@"^(?<name>[^<>\p{C}]{1,100}?) <(?<address>[^<>\s@\p{C}]{1,100}@[^<>\s@\p{C}]{1,100})>$", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
