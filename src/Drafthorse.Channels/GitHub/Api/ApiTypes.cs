using System.Text.Json;
using System.Text.Json.Serialization;

namespace Drafthorse.Channels.GitHub.Api;

internal sealed record Account
{
    public long Id { get; init; }

    public string Login { get; init; } = "";

    public string Type { get; init; } = "";
}

internal sealed record AppInfo
{
    public long Id { get; init; }

    public string? Slug { get; init; }
}

internal sealed record Installation
{
    public long Id { get; init; }
}

internal sealed record InstallationToken
{
    public string Token { get; init; } = "";

    public DateTimeOffset ExpiresAt { get; init; }
}

internal sealed record InstallationTokenRequest
{
    public required IReadOnlyList<string> Repositories { get; init; }

    public required IReadOnlyDictionary<string, string> Permissions { get; init; }
}

internal sealed record CollaboratorPermission
{
    public string Permission { get; init; } = "";

    /// <summary>More exact than <see cref="Permission"/>, which calls a maintainer a writer.</summary>
    public string RoleName { get; init; } = "";

    public Account? User { get; init; }
}

internal sealed record IssueComment
{
    public long Id { get; init; }

    public string? Body { get; init; }

    public string HtmlUrl { get; init; } = "";

    public Account? User { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }
}

internal sealed record CommentText(string Body);

internal sealed record ReactionContent(string Content);

internal sealed record PullRequest
{
    public int Number { get; init; }

    public string HtmlUrl { get; init; } = "";

    public string? Body { get; init; }

    public bool Draft { get; init; }

    public Account? User { get; init; }

    public PullRequestEnd? Head { get; init; }

    public PullRequestEnd? Base { get; init; }
}

internal sealed record PullRequestEnd
{
    public string Ref { get; init; } = "";

    public string? Sha { get; init; }

    public PullRequestRepository? Repo { get; init; }
}

internal sealed record PullRequestRepository
{
    public long Id { get; init; }

    public DateTimeOffset? PushedAt { get; init; }
}

/// <summary>Opens a draft. There is no way to ask for anything else.</summary>
internal sealed record NewDraft
{
    public required string Title { get; init; }

    public required string Head { get; init; }

    public required string Base { get; init; }

    public required string Body { get; init; }

    public bool Draft { get; } = true;
}

/// <summary>Changes a pull request's text. It has no member for its state: nothing here can close, merge or ready it.</summary>
internal sealed record PullRequestText(string Body);

internal sealed record LabelNames(IReadOnlyList<string> Labels);

internal sealed record RequestedReviewers
{
    public required IReadOnlyList<string> Reviewers { get; init; }

    public required IReadOnlyList<string> TeamReviewers { get; init; }
}

internal sealed record ContentEntry
{
    public string Name { get; init; } = "";

    public string Path { get; init; } = "";

    public string Type { get; init; } = "";

    public string? Content { get; init; }
}

internal sealed record HookDelivery
{
    public long Id { get; init; }

    public string Guid { get; init; } = "";

    public DateTimeOffset DeliveredAt { get; init; }

    public int StatusCode { get; init; }

    public string Event { get; init; } = "";
}

internal sealed record Hook
{
    public long Id { get; init; }

    public HookConfig? Config { get; init; }
}

internal sealed record HookConfig
{
    public string? Url { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Account))]
[JsonSerializable(typeof(AppInfo))]
[JsonSerializable(typeof(Installation))]
[JsonSerializable(typeof(InstallationToken))]
[JsonSerializable(typeof(InstallationTokenRequest))]
[JsonSerializable(typeof(CollaboratorPermission))]
[JsonSerializable(typeof(IReadOnlyList<IssueComment>))]
[JsonSerializable(typeof(IssueComment))]
[JsonSerializable(typeof(CommentText))]
[JsonSerializable(typeof(ReactionContent))]
[JsonSerializable(typeof(IReadOnlyList<PullRequest>))]
[JsonSerializable(typeof(PullRequest))]
[JsonSerializable(typeof(NewDraft))]
[JsonSerializable(typeof(PullRequestText))]
[JsonSerializable(typeof(LabelNames))]
[JsonSerializable(typeof(RequestedReviewers))]
[JsonSerializable(typeof(IReadOnlyList<ContentEntry>))]
[JsonSerializable(typeof(ContentEntry))]
[JsonSerializable(typeof(IReadOnlyList<HookDelivery>))]
[JsonSerializable(typeof(IReadOnlyList<Hook>))]
[JsonSerializable(typeof(JsonDocument))]
internal sealed partial class ApiJson : JsonSerializerContext;
