using System.Text.Json.Serialization;
using Drafthorse.Harness.Approvals;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Server.Approvals;

/// <summary>One approval.</summary>
internal sealed record ApprovalView(
    string Id, string Thread, string Kind, string State, string Title, string Hash, string? Repo, string? BaseCommit, DateTimeOffset AskedAt, DateTimeOffset ExpiresAt, string? By, string? Reason)
{
    /// <summary>How to answer; null when it is decided.</summary>
    public string? HowTo { get; init; }

    /// <summary>What exactly is to be decided; null in lists.</summary>
    public string? Text { get; init; }

    /// <summary>Who may answer, in words; null in lists.</summary>
    public string? WhoMay { get; init; }

    public static ApprovalView Of(ThreadRecord thread, Approval approval, ApprovalAsked? asked = null) => new(
        approval.Id, thread.Id.ToString(), approval.Kind, approval.State.ToString().ToLowerInvariant(), approval.Title, approval.Hash, thread.Origin.Repository?.FullName, thread.Facts.BaseCommit,
        approval.AskedAt, approval.ExpiresAt, approval.By, approval.Reason)
    {
        HowTo = approval.State == ApprovalState.Open ? ApprovalDesk.HowTo([approval]) : null,
        Text = asked?.Text,
        WhoMay = asked?.WhoMay,
    };
}

/// <summary>Approvals that nobody has answered yet.</summary>
internal sealed record ApprovalViews(IReadOnlyList<ApprovalView> Approvals);

/// <summary>The body of <c>POST /api/approvals/{id}</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record NewAnswer
{
    /// <summary><c>approve</c> or <c>reject</c>.</summary>
    public string? Answer { get; init; }

    /// <summary>The hash of what is answered: all of it, or its first eight digits.</summary>
    public string? Hash { get; init; }

    /// <summary>Why.</summary>
    public string? Reason { get; init; }
}
