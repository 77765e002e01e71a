namespace Drafthorse.Harness.Threads;

/// <summary>The threads that run at one moment, over all replicas: those with a live lease.</summary>
/// <param name="Total">All of them.</param>
/// <param name="Users">How many of each user (<see cref="ThreadOrigin.User"/>).</param>
/// <param name="Repositories">How many of each repository, as <c>owner/name</c> in lower case.</param>
public sealed record RunningThreads(int Total, IReadOnlyDictionary<string, int> Users, IReadOnlyDictionary<string, int> Repositories)
{
    /// <summary>How many of a user.</summary>
    public int OfUser(string user) => Users.GetValueOrDefault(user);

    /// <summary>How many of a repository, as <c>owner/name</c> in lower case.</summary>
    public int OfRepository(string repository) => Repositories.GetValueOrDefault(repository);
}
