namespace Drafthorse.Harness.Threads;

/// <summary>A repository on a code host, or a local one.</summary>
/// <param name="Host">The host's name in lower case, such as <c>github.com</c>; <c>local</c> for a path on this machine.</param>
/// <param name="Owner">The owner in lower case; empty for a local path.</param>
/// <param name="Name">The name in lower case.</param>
/// <param name="CloneUrl">Where git fetches and pushes: an http(s) URL without credentials, or an absolute path.</param>
public sealed record RepositoryRef(string Host, string Owner, string Name, string CloneUrl)
{
    /// <summary>The host's numeric id, which survives a rename, or null when it is not known.</summary>
    public long? NumericId { get; init; }

    /// <summary><c>owner/name</c>.</summary>
    public string FullName => Owner.Length == 0 ? Name : $"{Owner}/{Name}";
}
