using System.Text.Json.Nodes;

namespace Drafthorse.Demo.GitHub;

/// <summary>The JSON that GitHub sends, with every member that its OpenAPI description requires.</summary>
internal sealed partial class GitHubStandInShapes(Uri serverUrl, Uri apiUrl)
{
    private static readonly string[] UserLinks =
        ["followers", "following{/other_user}", "gists{/gist_id}", "starred{/owner}{/repo}", "subscriptions", "orgs", "repos", "events{/privacy}", "received_events"];

    private static readonly string[] RepositoryLinks =
    [
        "archive:{archive_format}{/ref}", "assignees:{/user}", "blobs:{/sha}", "branches:{/branch}", "collaborators:{/collaborator}", "comments:{/number}",
        "commits:{/sha}", "compare:{base}...{head}", "contents:{+path}", "contributors:", "deployments:", "downloads:", "events:", "forks:", "git_commits:{/sha}",
        "git_refs:{/sha}", "git_tags:{/sha}", "hooks:", "issue_comment:{/number}", "issue_events:{/number}", "issues:{/number}", "keys:{/key_id}", "labels:{/name}",
        "languages:", "merges:", "milestones:{/number}", "notifications:{?since,all,participating}", "pulls:{/number}", "releases:{/id}", "stargazers:",
        "statuses:{sha}", "subscribers:", "subscription:", "tags:", "teams:", "trees:{/sha}",
    ];

    public JsonObject Account(StandInAccount account)
    {
        var page = Page(Uri.EscapeDataString(account.Login));
        var api = Api($"users/{Uri.EscapeDataString(account.Login)}");
        var shape = new JsonObject
        {
            ["login"] = account.Login,
            ["id"] = account.Id,
            ["node_id"] = NodeId("U", account.Id),
            ["avatar_url"] = $"{page}.png",
            ["gravatar_id"] = "",
            ["url"] = api,
            ["html_url"] = page,
            ["type"] = account.Type,
            ["site_admin"] = false,
        };
        foreach (var link in UserLinks)
        {
            var name = link.Split('{')[0];
            shape[$"{(name == "orgs" ? "organizations" : name)}_url"] = $"{api}/{link}";
        }

        return shape;
    }

    /// <summary>What <c>GET /user</c> adds for everybody to see.</summary>
    public JsonObject PublicAccount(StandInAccount account)
    {
        var shape = Account(account);
        foreach (var unknown in new[] { "bio", "blog", "company", "email", "hireable", "location", "name" })
            shape[unknown] = null;
        foreach (var count in new[] { "followers", "following", "public_gists", "public_repos" })
            shape[count] = 0;
        shape["created_at"] = Time(DateTimeOffset.UnixEpoch);
        shape["updated_at"] = Time(DateTimeOffset.UnixEpoch);
        shape["user_view_type"] = "public";
        return shape;
    }

    public JsonObject Repository(StandInRepository repository)
    {
        var page = Page(repository.FullName);
        var api = Api($"repos/{repository.FullName}");
        var shape = new JsonObject
        {
            ["id"] = repository.Id,
            ["node_id"] = NodeId("R", repository.Id),
            ["name"] = repository.Name,
            ["full_name"] = repository.FullName,
            ["owner"] = Account(repository.Owner),
            ["private"] = false,
            ["html_url"] = page,
            ["description"] = null,
            ["fork"] = false,
            ["url"] = api,
            ["clone_url"] = $"{page}.git",
            ["git_url"] = $"{page}.git",
            ["ssh_url"] = $"git@{serverUrl.Host}:{repository.FullName}.git",
            ["svn_url"] = page,
            ["default_branch"] = repository.DefaultBranch,
            ["homepage"] = null,
            ["language"] = null,
            ["mirror_url"] = null,
            ["license"] = null,
            ["archived"] = false,
            ["disabled"] = false,
            ["pushed_at"] = Time(repository.PushedAt),
            ["created_at"] = Time(DateTimeOffset.UnixEpoch),
            ["updated_at"] = Time(DateTimeOffset.UnixEpoch),
        };
        foreach (var link in RepositoryLinks)
        {
            var (name, rest) = (link.Split(':')[0], link[(link.IndexOf(':', StringComparison.Ordinal) + 1)..]);
            shape[$"{name}_url"] = $"{api}/{name}{(rest.StartsWith('{') && !rest.StartsWith("{/", StringComparison.Ordinal) && !rest.StartsWith("{?", StringComparison.Ordinal) ? "/" : "")}{rest}";
        }

        foreach (var yes in new[] { "has_downloads", "has_issues", "has_projects", "has_wiki", "has_pages" })
            shape[yes] = true;
        foreach (var count in new[] { "forks", "forks_count", "open_issues", "open_issues_count", "size", "stargazers_count", "watchers", "watchers_count" })
            shape[count] = 0;
        return shape;
    }

    public JsonObject Issue(StandInRepository repository, StandInIssue issue)
    {
        var api = Api($"repos/{repository.FullName}/issues/{issue.Number}");
        var page = Page($"{repository.FullName}/{(issue.IsPullRequest ? "pull" : "issues")}/{issue.Number}");
        var shape = new JsonObject
        {
            ["id"] = issue.Id,
            ["node_id"] = NodeId("I", issue.Id),
            ["number"] = issue.Number,
            ["title"] = issue.Title,
            ["body"] = issue.Body,
            ["user"] = Account(issue.Author),
            ["state"] = "open",
            ["locked"] = false,
            ["labels"] = Array(issue.Labels.Select(name => Label(repository, name))),
            ["assignee"] = issue.Assignees.FirstOrDefault() is { } first ? Account(first) : null,
            ["assignees"] = Array(issue.Assignees.Select(Account)),
            ["milestone"] = null,
            ["comments"] = issue.Comments.Count,
            ["created_at"] = Time(issue.CreatedAt),
            ["updated_at"] = Time(issue.UpdatedAt),
            ["closed_at"] = null,
            ["author_association"] = "NONE",
            ["url"] = api,
            ["html_url"] = page,
            ["repository_url"] = Api($"repos/{repository.FullName}"),
            ["labels_url"] = $"{api}/labels{{/name}}",
            ["comments_url"] = $"{api}/comments",
            ["events_url"] = $"{api}/events",
        };
        if (issue.IsPullRequest)
            shape["pull_request"] = new JsonObject { ["url"] = api.Replace("/issues/", "/pulls/", StringComparison.Ordinal), ["html_url"] = page, ["diff_url"] = $"{page}.diff", ["patch_url"] = $"{page}.patch" };
        return shape;
    }

    public JsonObject Comment(StandInRepository repository, StandInComment comment) => new()
    {
        ["id"] = comment.Id,
        ["node_id"] = NodeId("IC", comment.Id),
        ["url"] = Api($"repos/{repository.FullName}/issues/comments/{comment.Id}"),
        ["html_url"] = Page($"{repository.FullName}/issues/{comment.Number}#issuecomment-{comment.Id}"),
        ["issue_url"] = Api($"repos/{repository.FullName}/issues/{comment.Number}"),
        ["user"] = Account(comment.Author),
        ["body"] = comment.Body,
        ["author_association"] = "NONE",
        ["created_at"] = Time(comment.CreatedAt),
        ["updated_at"] = Time(comment.UpdatedAt),
    };

    public JsonObject Reaction(StandInReaction reaction) => new()
    {
        ["id"] = reaction.Id,
        ["node_id"] = NodeId("REA", reaction.Id),
        ["user"] = Account(reaction.Author),
        ["content"] = reaction.Content,
        ["created_at"] = Time(reaction.CreatedAt),
    };

    public JsonObject Label(StandInRepository repository, string name) => new()
    {
        ["id"] = 1 + (uint)StringComparer.OrdinalIgnoreCase.GetHashCode(name),
        ["node_id"] = NodeId("LA", name.Length),
        ["url"] = Api($"repos/{repository.FullName}/labels/{Uri.EscapeDataString(name)}"),
        ["name"] = name,
        ["description"] = "",
        ["color"] = "ededed",
        ["default"] = false,
    };

    public JsonObject Content(StandInRepository repository, string path, string type, string? text)
    {
        var api = Api($"repos/{repository.FullName}/contents/{path}");
        var shape = new JsonObject
        {
            ["name"] = path[(path.LastIndexOf('/') + 1)..],
            ["path"] = path,
            ["sha"] = new string('c', 40),
            ["size"] = text?.Length ?? 0,
            ["type"] = type,
            ["url"] = api,
            ["git_url"] = null,
            ["html_url"] = null,
            ["download_url"] = null,
            ["_links"] = new JsonObject { ["self"] = api, ["git"] = null, ["html"] = null },
        };
        if (text is not null)
        {
            shape["encoding"] = "base64";
            shape["content"] = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));
        }

        return shape;
    }

    public string Api(string path) => $"{apiUrl.AbsoluteUri.TrimEnd('/')}/{path}";

    public static JsonArray Array(IEnumerable<JsonNode> nodes) => [.. nodes];

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);

    public static string NodeId(string prefix, long id) => $"{prefix}_{id}";

    private string Page(string path) => $"{serverUrl.AbsoluteUri.TrimEnd('/')}/{path}";
}
