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

    /// <summary><c>owner/name</c> as it was when the thread began, when the repository was renamed or transferred since; else null.</summary>
    public string? FirstName { get; init; }

    /// <summary>The name that a thread's checkout keeps for its life: <c>owner/name</c> as it was when the thread began.</summary>
    public string CheckoutName => FirstName ?? FullName;

    /// <summary>This repository under the name that it has now.</summary>
    internal RepositoryRef RenamedTo(RepositoryRef now) => now with { FirstName = CheckoutName };

    /// <summary>Whether it is the repository that the code host knows by the same number, under another name or address.</summary>
    internal bool IsRenamed(RepositoryRef now) =>
        NumericId is { } id && id == now.NumericId && Host == now.Host && (Owner, Name, CloneUrl) != (now.Owner, now.Name, now.CloneUrl);

    /// <summary><c>owner/name</c>.</summary>
    public string FullName => Owner.Length == 0 ? Name : $"{Owner}/{Name}";
}
