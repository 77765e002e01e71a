using System.Text.RegularExpressions;
using Drafthorse.Channels.GitHub.Api;

namespace Drafthorse.Channels.GitHub.Inbound;

/// <summary>
/// When work may start on a pull request from a fork. A draft's branch is in the repository itself, so a stranger's commits would run in
/// its CI with its secrets: somebody with write access has to have taken over exactly those commits that were there at their comment.
/// </summary>
internal sealed partial class ForkRule(GitHubOptions options, TriggerPermission permission)
{
    /// <summary>Why nothing starts, in words for its people; or null.</summary>
    public async Task<string?> WhyNotAsync(GitHubIntake intake, PullRequest pull, string words, CancellationToken cancellationToken)
    {
        var (repository, comment) = (intake.Delivery.Repository!, intake.Delivery.Comment!);
        var takesOver = TakeOver().IsMatch(words);
        if (!takesOver && !options.TakesOverForks)
        {
            return $"""
                Nothing was started: this pull request is from a fork, and a draft would bring its commits to a branch of this repository, where CI may run them with the repository's secrets.
                Somebody with write access who has looked at the commits can write `{options.Mention} take over` and what is to be done. Work then starts from the commits that are there at that comment.
                """;
        }

        if (takesOver && !options.TakesOverForks && !await permission.MayWriteAsync(repository, intake.Delivery.Sender, cancellationToken).ConfigureAwait(false))
            return "Nothing was started: this pull request is from a fork, and only somebody with write access to this repository can take it over.";

        // Whole seconds: what came in the same one may have come after the comment.
        var said = comment.UpdatedAt ?? DateTimeOffset.MinValue;
        return pull.Head!.Repo?.PushedAt is { } pushed && pushed >= said
            ? $"Nothing was started: the fork was pushed to after that comment. Look at its commits again, then write `{options.Mention} take over` once more."
            : null;
    }

    [GeneratedRegex(@"^[\s,:]*take\s+over(?!\w)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex TakeOver();
}
