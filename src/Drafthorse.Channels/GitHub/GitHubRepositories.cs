using Drafthorse.Channels.GitHub.Inbound;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Channels.GitHub;

internal static class GitHubRepositories
{
    /// <summary>The repository by its verified payload. The clone address is ours, made from the settings: a payload names none.</summary>
    public static RepositoryRef Of(GitHubOptions options, RepositoryPart repository)
    {
        var (owner, name) = (repository.Owner!.Login!, repository.Name!);
        var address = $"{options.ServerUrl.AbsoluteUri.TrimEnd('/')}/{Uri.EscapeDataString(owner)}/{Uri.EscapeDataString(name)}.git";
        return new RepositoryRef(options.Host, owner.ToLowerInvariant(), name.ToLowerInvariant(), address) { NumericId = repository.Id };
    }
}
