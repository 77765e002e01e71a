using System.Globalization;
using System.Text;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Words;

namespace Drafthorse.Harness.Drafts;

/// <summary>Names of branches: the one a thread writes, and git's rules for all of them.</summary>
internal static class BranchName
{
    /// <summary>The prefix of a thread's branch unless the repository's settings name another.</summary>
    public const string DefaultPrefix = "drafthorse/";

    private const int MaxSlug = 40;
    private const int MaxLength = 200;

    /// <summary>
    /// The branch of a thread: prefix, then the number of its issue or pull request (else the first 8 digits of its id), then
    /// words of its title. The same thread always gets the same name; it is kept in the thread's facts, as titles change.
    /// </summary>
    public static string For(ThreadRecord thread, string prefix = DefaultPrefix)
    {
        ArgumentNullException.ThrowIfNull(thread);
        var id = thread.Origin.Number?.ToString(CultureInfo.InvariantCulture) ?? thread.Id.Prefix;
        var slug = Slug(CommitWords.WithoutDirectives(thread.Origin.Title ?? ""));
        var name = slug.Length == 0 ? $"{prefix}{id}" : $"{prefix}{id}-{slug}";
        return IsValid(name) ? name : throw new ArgumentException($"The branch prefix '{prefix}' does not make a valid branch name ({name}).", nameof(prefix));
    }

    /// <summary>
    /// The first name like <paramref name="name"/> that a repository with these branches can have beside them: none is it, is a folder
    /// above it, or is below it, in whatever case (a code host may keep branches in files of a system without it).
    /// </summary>
    internal static string FreeOf(string name, IEnumerable<string> branches)
    {
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var folders = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var branch in branches)
        {
            taken.Add(branch);
            foreach (var folder in FoldersOf(branch))
                folders.Add(folder);
        }

        var flat = name.Replace('/', '-');
        for (var number = 1; ; number++)
        {
            var suffix = number == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"-{number}");
            foreach (var candidate in new[] { name + suffix, flat + suffix })
            {
                if (!taken.Contains(candidate) && !folders.Contains(candidate) && !FoldersOf(candidate).Any(taken.Contains))
                    return candidate;
            }
        }
    }

    private static IEnumerable<string> FoldersOf(string branch)
    {
        for (var slash = branch.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = branch.IndexOf('/', slash + 1))
            yield return branch[..slash];
    }

    /// <summary>Whether git takes the name for a branch (git-check-ref-format, with the rules for branches).</summary>
    public static bool IsValid(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length is 0 or > MaxLength || name[0] is '-' || name is "HEAD" or "@" || name[^1] is '.' or '/')
            return false;
        if (name.Contains("..", StringComparison.Ordinal) || name.Contains("@{", StringComparison.Ordinal))
            return false;
        if (name.Any(c => c <= ' ' || c == 127 || c is '~' or '^' or ':' or '?' or '*' or '[' or '\\' || char.IsSurrogate(c)))
            return false;
        return name.Split('/').All(part => part.Length > 0 && part[0] != '.' && !part.EndsWith(".lock", StringComparison.Ordinal));
    }

    private static string Slug(string title)
    {
        var slug = new StringBuilder();
        foreach (var word in Words(title))
        {
            if (slug.Length + word.Length + 1 > MaxSlug && slug.Length > 0)
                break;
            slug.Append(slug.Length > 0 ? "-" : "").Append(word.AsSpan(0, Math.Min(word.Length, MaxSlug)));
        }

        return slug.ToString();
    }

    private static string[] Words(string title) =>
        new string([.. title.Select(c => c is '\'' or '’' ? '\0' : char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : ' ').Where(c => c != '\0')])
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
