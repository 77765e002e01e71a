using System.Text.RegularExpressions;

namespace Drafthorse.Folders.Snapshots;

/// <summary>What <c>git add --ignore-errors</c> passed over, by what it said of it in the C locale.</summary>
internal static partial class LeftOut
{
    private static readonly (Regex Says, string Why)[] Kinds =
    [
        (Unreadable(), "it cannot be read"),
        (Special(), "it is neither a file nor a link"),
        (GitsOwn(), "git takes its name for its own"),
        (Repository(), "it is a git repository of its own"),
        (TooLarge(), "it is larger than 100 MiB"),
        (ClosedFolder(), "the folder cannot be read"),
        (ClosedIgnore(), "it cannot be read, so that what it ignores is not ignored"),
    ];

    /// <summary>The paths and why, each once.</summary>
    public static IReadOnlyList<(string Path, string Why)> Parse(string said) =>
        [.. Kinds.SelectMany(kind => kind.Says.Matches(said).Select(match => (match.Groups[1].Value, kind.Why))).DistinctBy(left => left.Item1)];

    /// <summary>Whether nothing was left out for what it is, but git could not write.</summary>
    public static bool IsFailure(string said) => Failure().IsMatch(said);

    [GeneratedRegex("^error: unable to index file '(.+)'$", RegexOptions.Multiline)]
    private static partial Regex Unreadable();

    [GeneratedRegex("^error: (.+): can only add regular files, symbolic links or git-directories$", RegexOptions.Multiline)]
    private static partial Regex Special();

    [GeneratedRegex("^error: invalid path '(.+)'$", RegexOptions.Multiline)]
    private static partial Regex GitsOwn();

    [GeneratedRegex("^error: '(.+)/' does not have a commit checked out$", RegexOptions.Multiline)]
    private static partial Regex Repository();

    [GeneratedRegex("^error: too large: '(.+)'$", RegexOptions.Multiline)]
    private static partial Regex TooLarge();

    [GeneratedRegex("^warning: could not open directory '(.+)/': ", RegexOptions.Multiline)]
    private static partial Regex ClosedFolder();

    [GeneratedRegex("^warning: unable to access '(.+)': ", RegexOptions.Multiline)]
    private static partial Regex ClosedIgnore();

    [GeneratedRegex("^error: (insufficient permission for adding|unable to create temporary|unable to write|file write error)|No space left", RegexOptions.Multiline)]
    private static partial Regex Failure();
}
