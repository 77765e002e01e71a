using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Memory;

/// <summary>For whom a fact is.</summary>
/// <param name="Kind"><c>organization</c>, <c>repository</c> or <c>person</c>.</param>
/// <param name="Name">Which one, for people.</param>
/// <param name="Folder">Where its facts are kept: two audiences never share one.</param>
internal sealed record Audience(string Kind, string Name, string Folder)
{
    public const string OfRepository = "repository", OfPerson = "person", OfAll = "organization";

    public static readonly Audience Organization = new(OfAll, "organization", "organization");

    /// <summary>A repository by its number, which survives a rename and is never another's, else by its name.</summary>
    public static Audience Of(RepositoryRef repository) => New(OfRepository, $"{repository.Host}/{repository.FullName}", $"{repository.Host}\n{repository.NumericId?.ToString(CultureInfo.InvariantCulture) ?? repository.FullName}\n{(repository.NumericId is null ? repository.CloneUrl : "")}");

    public static Audience OfUser(string user) => New(OfPerson, user, user);

    /// <summary>The audiences that a thread belongs to. A person's own facts are told only where nobody else reads: in a terminal and by the API.</summary>
    public static IReadOnlyList<Audience> Of(ThreadOrigin origin)
    {
        List<Audience> audiences = [Organization];
        if (origin.Repository is { } repository)
            audiences.Add(Of(repository));
        if (origin.IsAnsweredByJournal)
            audiences.Add(OfUser(origin.User));
        return audiences;
    }

    private static Audience New(string kind, string name, string identity) => new(kind, name, $"{kind}-{Slug(name)}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{kind}\n{identity}")))[..16]}");

    private static string Slug(string name) => new([.. name.Where(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '/' or '.').Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-').Take(40)]);
}
