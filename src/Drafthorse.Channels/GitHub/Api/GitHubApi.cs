using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Drafthorse.Channels.GitHub.Api.Tokens;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Channels.GitHub.Api;

/// <summary>
/// The calls that Drafthorse makes, and no others: it has no way to merge, approve, close or ready a pull request, to change a
/// branch's protection, or to write to a file.
/// </summary>
internal sealed class GitHubApi : IDisposable
{
    private const int MaxPages = 20;

    private readonly GitHubTransport _transport;
    private readonly AppTokens? _app;

    public GitHubApi(HttpClient http, GitHubOptions options, TimeProvider time)
    {
        _transport = new GitHubTransport(http, options.ApiUrl, time);
        _app = options.Token is null ? new AppTokens(_transport, options.AppId ?? 0, options.AppPrivateKey ?? "", time) : null;
        Tokens = _app ?? (GitHubTokens)new PersonalToken(_transport, options.Token!);
        Deliveries = new DeliveryLogs(_transport, _app, options.Token);
    }

    public GitHubTokens Tokens { get; }

    public DeliveryLogs Deliveries { get; }

    public void Dispose() => _app?.Dispose();

    public async Task<CollaboratorPermission?> FindPermissionAsync(Repo repo, string login, CancellationToken cancellationToken) =>
        await FindAsync(repo, $"collaborators/{Escape(login)}/permission", ApiJson.Default.CollaboratorPermission, cancellationToken).ConfigureAwait(false);

    public Task<IReadOnlyList<IssueComment>> ListCommentsAsync(Repo repo, int number, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        var filter = since is { } from ? $"&since={from.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}" : "";
        return ListAsync(repo, $"issues/{number}/comments?per_page=100{filter}", ApiJson.Default.IReadOnlyListIssueComment, cancellationToken);
    }

    public Task<IssueComment> CreateCommentAsync(Repo repo, int number, string body, CancellationToken cancellationToken) =>
        SendAsync(repo, HttpMethod.Post, $"issues/{number}/comments", new CommentText(body), ApiJson.Default.CommentText, ApiJson.Default.IssueComment, cancellationToken);

    public Task<IssueComment> EditCommentAsync(Repo repo, long id, string body, CancellationToken cancellationToken) =>
        SendAsync(repo, HttpMethod.Patch, $"issues/comments/{id}", new CommentText(body), ApiJson.Default.CommentText, ApiJson.Default.IssueComment, cancellationToken);

    /// <summary>Removes a double of one of our own comments.</summary>
    public Task DeleteCommentAsync(Repo repo, long id, CancellationToken cancellationToken) =>
        WithTokenAsync(
            repo,
            async token =>
            {
                using var response = await _transport.SendAsync(Request(repo, HttpMethod.Delete, $"issues/comments/{id}", token), cancellationToken).ConfigureAwait(false);
                return response.StatusCode;
            },
            cancellationToken);

    public Task ReactToIssueAsync(Repo repo, int number, string reaction, CancellationToken cancellationToken) =>
        SendAsync(repo, HttpMethod.Post, $"issues/{number}/reactions", new ReactionContent(reaction), ApiJson.Default.ReactionContent, ApiJson.Default.Installation, cancellationToken);

    public Task ReactToCommentAsync(Repo repo, long id, string reaction, CancellationToken cancellationToken) =>
        SendAsync(repo, HttpMethod.Post, $"issues/comments/{id}/reactions", new ReactionContent(reaction), ApiJson.Default.ReactionContent, ApiJson.Default.Installation, cancellationToken);

    public Task<IReadOnlyList<PullRequest>> ListOpenPullRequestsAsync(Repo repo, string branch, CancellationToken cancellationToken) =>
        ListAsync(repo, $"pulls?state=open&per_page=100&head={Escape($"{repo.Owner}:{branch}")}", ApiJson.Default.IReadOnlyListPullRequest, cancellationToken);

    public Task<PullRequest?> FindPullRequestAsync(Repo repo, int number, CancellationToken cancellationToken) =>
        FindAsync(repo, $"pulls/{number}", ApiJson.Default.PullRequest, cancellationToken);

    public Task<PullRequest> OpenDraftAsync(Repo repo, NewDraft draft, CancellationToken cancellationToken) =>
        SendAsync(repo, HttpMethod.Post, "pulls", draft, ApiJson.Default.NewDraft, ApiJson.Default.PullRequest, cancellationToken);

    public Task<PullRequest> EditPullRequestTextAsync(Repo repo, int number, string body, CancellationToken cancellationToken) =>
        SendAsync(repo, HttpMethod.Patch, $"pulls/{number}", new PullRequestText(body), ApiJson.Default.PullRequestText, ApiJson.Default.PullRequest, cancellationToken);

    public Task AddLabelsAsync(Repo repo, int number, IReadOnlyList<string> labels, CancellationToken cancellationToken) =>
        PostAsync(repo, $"issues/{number}/labels", new LabelNames(labels), ApiJson.Default.LabelNames, cancellationToken);

    public Task RequestReviewersAsync(Repo repo, int number, RequestedReviewers reviewers, CancellationToken cancellationToken) =>
        PostAsync(repo, $"pulls/{number}/requested_reviewers", reviewers, ApiJson.Default.RequestedReviewers, cancellationToken);

    /// <summary>An account that anybody may see; null when there is none of this name.</summary>
    public async Task<Account?> FindAccountAsync(Repo repo, string login, CancellationToken cancellationToken)
    {
        try
        {
            return await WithTokenAsync(
                repo, token => _transport.SendAsync(new(HttpMethod.Get, _transport.At($"users/{Escape(login)}"), token), ApiJson.Default.Account, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (GitHubApiException exception) when (exception.Status is HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>A folder's entries at a branch; empty when it is not there, or no folder.</summary>
    public async Task<IReadOnlyList<ContentEntry>> ListFolderAsync(Repo repo, string path, string branch, CancellationToken cancellationToken)
    {
        var address = path.Length == 0 ? "contents" : $"contents/{path}";
        var found = await FindAsync(repo, $"{address}?ref={Escape(branch)}", ApiJson.Default.JsonDocument, cancellationToken).ConfigureAwait(false);
        using (found)
            return found?.RootElement.ValueKind is JsonValueKind.Array ? found.Deserialize(ApiJson.Default.IReadOnlyListContentEntry)! : [];
    }

    public Task<ContentEntry?> FindFileAsync(Repo repo, string path, string branch, CancellationToken cancellationToken) =>
        FindAsync(repo, $"contents/{string.Join('/', path.Split('/').Select(Escape))}?ref={Escape(branch)}", ApiJson.Default.ContentEntry, cancellationToken);

    private async Task<T?> FindAsync<T>(Repo repo, string path, JsonTypeInfo<T> type, CancellationToken cancellationToken) where T : class
    {
        try
        {
            return await WithTokenAsync(repo, token => _transport.SendAsync(Request(repo, HttpMethod.Get, path, token), type, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (GitHubApiException exception) when (exception.Status is HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    private async Task<IReadOnlyList<T>> ListAsync<T>(Repo repo, string path, JsonTypeInfo<IReadOnlyList<T>> type, CancellationToken cancellationToken)
    {
        var all = new List<T>();
        var address = Address(repo, path);
        for (var pages = 0; address is not null && pages < MaxPages; pages++)
        {
            var here = address;
            (var page, address) = await WithTokenAsync(
                repo, token => _transport.SendForPageAsync(new(HttpMethod.Get, here, token), type, cancellationToken), cancellationToken).ConfigureAwait(false);
            all.AddRange(page);
        }

        return all;
    }

    private Task<TResult> SendAsync<TBody, TResult>(
        Repo repo, HttpMethod method, string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<TResult> type, CancellationToken cancellationToken) =>
        WithTokenAsync(repo, token => _transport.SendAsync(Request(repo, method, path, token).With(body, bodyType), type, cancellationToken), cancellationToken);

    private Task<HttpStatusCode> PostAsync<TBody>(Repo repo, string path, TBody body, JsonTypeInfo<TBody> bodyType, CancellationToken cancellationToken) =>
        WithTokenAsync(
            repo,
            async token =>
            {
                using var response = await _transport.SendAsync(Request(repo, HttpMethod.Post, path, token).With(body, bodyType), cancellationToken).ConfigureAwait(false);
                return response.StatusCode;
            },
            cancellationToken);

    private async Task<T> WithTokenAsync<T>(Repo repo, Func<string, Task<T>> call, CancellationToken cancellationToken)
    {
        var token = await Tokens.GetApiTokenAsync(repo.Owner, repo.Name, cancellationToken).ConfigureAwait(false);
        try
        {
            return await call(token).ConfigureAwait(false);
        }
        catch (GitHubApiException exception) when (exception.Status is HttpStatusCode.Unauthorized && _app is not null)
        {
            _app.Forget(token);
            return await call(await _app.GetApiTokenAsync(repo.Owner, repo.Name, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        }
    }

    private GitHubRequest Request(Repo repo, HttpMethod method, string path, string token) => new(method, Address(repo, path), token);

    private Uri Address(Repo repo, string path) => _transport.At($"repos/{Escape(repo.Owner)}/{Escape(repo.Name)}/{path}");

    private static string Escape(string text) => Uri.EscapeDataString(text);
}

/// <summary>A repository's address in the API.</summary>
internal readonly record struct Repo(string Owner, string Name)
{
    public static Repo Of(RepositoryRef repository) => new(repository.Owner, repository.Name);
}
