using System.Text.Json;
using System.Text.Json.Serialization;
using Drafthorse.Channels.GitHub.Api;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Channels.GitHub.Inbound;

/// <summary>The reaction that says "seen" or "not you". GitHub keeps one of a kind per account, so a repeated one changes nothing.</summary>
internal static class Acknowledgement
{
    public const string Kind = "github.reaction";

    public static OutboxRequest ToOutbox(GitHubDelivery delivery, string reaction)
    {
        var target = TargetOf(delivery) with { Reaction = reaction };
        return new OutboxRequest
        {
            Kind = Kind,
            Key = $"reaction:{target.Number}/{target.Comment}",
            Payload = JsonSerializer.Serialize(target, AcknowledgementJson.Default.ReactionTarget),
        };
    }

    public static ReactionTarget TargetOf(GitHubDelivery delivery) => new() { Number = delivery.Issue!.Number, Comment = delivery.Comment?.Id };

    public static ReactionTarget Read(string payload) => JsonSerializer.Deserialize(payload, AcknowledgementJson.Default.ReactionTarget)!;

    public static Task ReactAsync(GitHubApi api, Repo repo, ReactionTarget target, string reaction, CancellationToken cancellationToken) =>
        target.Comment is { } comment
            ? api.ReactToCommentAsync(repo, comment, reaction, cancellationToken)
            : api.ReactToIssueAsync(repo, target.Number, reaction, cancellationToken);
}

/// <summary>What is reacted to: a comment, or the issue or pull request itself.</summary>
internal sealed record ReactionTarget
{
    public int Number { get; init; }

    public long? Comment { get; init; }

    public string Reaction { get; init; } = "";
}

[JsonSerializable(typeof(ReactionTarget))]
internal sealed partial class AcknowledgementJson : JsonSerializerContext;
