using System.Globalization;

namespace Drafthorse.Channels.GitHub;

/// <summary>The ids of messages that came from GitHub. That of a comment also says in which conversation to answer.</summary>
internal static class GitHubMessageId
{
    public static string OfIssue(long issue) => $"github:issue:{issue}";

    public static string OfComment(int conversation, long comment) => $"github:comment:{conversation}/{comment}";

    /// <summary>The conversation that a message came from, or null when its id does not say.</summary>
    public static int? ConversationOf(string? messageId) =>
        messageId?.Split(':') is ["github", "comment", var place]
        && int.TryParse(place.Split('/')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
