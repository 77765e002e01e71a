using System.Text.Json.Serialization;

namespace Drafthorse.Channels.GitHub.Inbound;

/// <summary>The members of a webhook payload that are needed; all others are skipped unread.</summary>
internal sealed record GitHubDelivery
{
    public string? Action { get; init; }

    public IssuePart? Issue { get; init; }

    public CommentPart? Comment { get; init; }

    public LabelPart? Label { get; init; }

    public AccountPart? Assignee { get; init; }

    public ChangesPart? Changes { get; init; }

    public RepositoryPart? Repository { get; init; }

    public AccountPart? Sender { get; init; }
}

internal sealed record IssuePart
{
    public long Id { get; init; }

    public int Number { get; init; }

    public string? Title { get; init; }

    public string? Body { get; init; }

    /// <summary><c>open</c> or <c>closed</c>.</summary>
    public string? State { get; init; }

    public AccountPart? User { get; init; }

    public IReadOnlyList<LabelPart?>? Labels { get; init; }

    public IReadOnlyList<AccountPart?>? Assignees { get; init; }

    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>There when the conversation is a pull request's.</summary>
    public PullRequestMark? PullRequest { get; init; }
}

internal sealed record PullRequestMark;

internal sealed record CommentPart
{
    public long Id { get; init; }

    public string? Body { get; init; }

    public AccountPart? User { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }

    public DateTimeOffset? UpdatedAt { get; init; }
}

internal sealed record LabelPart
{
    public string? Name { get; init; }
}

internal sealed record AccountPart
{
    public long Id { get; init; }

    public string? Login { get; init; }

    public string? Type { get; init; }
}

internal sealed record ChangesPart
{
    public ChangedText? Title { get; init; }

    public ChangedText? Body { get; init; }
}

internal sealed record ChangedText
{
    public string? From { get; init; }
}

internal sealed record RepositoryPart
{
    public long Id { get; init; }

    public string? Name { get; init; }

    public AccountPart? Owner { get; init; }

    public string? DefaultBranch { get; init; }
}

/// <summary>What waits in the intake: a delivery that looks like a trigger, and when it came.</summary>
internal sealed record GitHubIntake
{
    public const string Kind = "github.intake";

    public string DeliveryId { get; init; } = "";

    public DateTimeOffset ReceivedAt { get; init; }

    public GitHubDelivery Delivery { get; init; } = new();
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = 64)]
[JsonSerializable(typeof(GitHubDelivery))]
[JsonSerializable(typeof(GitHubIntake))]
internal sealed partial class GitHubDeliveryJson : JsonSerializerContext;
