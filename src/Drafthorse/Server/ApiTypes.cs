using System.Text.Json.Serialization;
using Drafthorse.Composition;
using Drafthorse.Harness.Approvals;
using Drafthorse.Harness.Threads;
using Drafthorse.Server.Approvals;
using Drafthorse.Settings;

namespace Drafthorse.Server;

/// <summary>The body of <c>POST /api/threads</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record NewThread
{
    /// <summary>What is to be done.</summary>
    public string? Task { get; init; }

    /// <summary>The repository, as the URL of its git remote; null = none.</summary>
    public string? Repo { get; init; }

    /// <summary>The same key goes on in the same thread.</summary>
    public string? Key { get; init; }

    /// <summary>The model, as <c>provider:model</c>; null = the server's.</summary>
    public string? Model { get; init; }

    /// <summary>Most that the thread may cost, in USD; never more than the server's own limit.</summary>
    public decimal? MaxCostUsd { get; init; }

    /// <summary>Whether a plan is to be agreed before anything is changed.</summary>
    public bool Plan { get; init; }
}

/// <summary>The body of <c>POST /api/threads/{id}/messages</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record NewMessage
{
    /// <summary>The message.</summary>
    public string? Text { get; init; }

    /// <summary><c>step</c> (default), <c>steer</c> or <c>queue</c>.</summary>
    public string? Mode { get; init; }
}

/// <summary>A thread as the API shows it; its cost is null where the price of a model is unknown.</summary>
internal sealed record ThreadView(
    string Id, string State, string Channel, string User, string? Repo, string? Title, int Steps, decimal? CostUsd, string? Branch, string? PullRequest,
    int Inbox, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string? WaitsFor = null)
{
    /// <summary>The view of each thread, with what those wait for that are queued, or that a person has to answer.</summary>
    public static async Task<IReadOnlyList<ThreadView>> OfAsync(
        IReadOnlyList<ThreadRecord> threads, IThreadStore store, DrafthorseSettings settings, CancellationToken cancellationToken)
    {
        var reasons = await QueuedThreads.WhyAsync(store, settings, threads, cancellationToken);
        return [.. threads.Select(thread => Of(thread) with { WaitsFor = reasons.GetValueOrDefault(thread.Id) ?? WaitsForPerson(thread) })];
    }

    private static string? WaitsForPerson(ThreadRecord thread) =>
        thread.State == ThreadStatus.Waiting && ApprovalList.Open(thread.Facts) is { Count: > 0 } open ? ApprovalDesk.HowTo(open) : null;

    private static ThreadView Of(ThreadRecord thread) => new(
        thread.Id.ToString(), ThreadStatusNames.Of(thread.State), thread.Origin.Channel, thread.Origin.User, thread.Origin.Repository?.FullName, thread.Origin.Title,
        thread.Facts.Steps, thread.Facts.UnpricedTokens > 0 ? null : thread.Facts.CostUsd, thread.Facts.Branch, thread.PullRequest?.Url, thread.InboxDepth, thread.CreatedAt, thread.UpdatedAt);
}

/// <summary>A page of threads.</summary>
internal sealed record ThreadList(IReadOnlyList<ThreadView> Threads, string? NextCursor);

/// <summary>A thread's to-do list, in the model's order and words.</summary>
internal sealed record TodoList(IReadOnlyList<TodoView> Todos)
{
    public static TodoList Of(IReadOnlyList<TodoItem> todos) => new([.. todos.Select(todo => new TodoView(todo.Content, TodoStatusNames.Of(todo.Status)))]);
}

/// <summary>One to-do; its status is <c>pending</c>, <c>in_progress</c> or <c>completed</c>.</summary>
internal sealed record TodoView(string Content, string Status);

/// <summary>What readiness found, part by part for those who may know.</summary>
internal sealed record Readiness(string Status, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, string>? Parts);

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(NewThread))]
[JsonSerializable(typeof(NewMessage))]
[JsonSerializable(typeof(ThreadView))]
[JsonSerializable(typeof(ThreadList))]
[JsonSerializable(typeof(TodoList))]
[JsonSerializable(typeof(ApprovalView))]
[JsonSerializable(typeof(ApprovalViews))]
[JsonSerializable(typeof(NewAnswer))]
[JsonSerializable(typeof(Readiness))]
[JsonSerializable(typeof(Microsoft.AspNetCore.Mvc.ProblemDetails))]
internal sealed partial class ApiJson : JsonSerializerContext;
