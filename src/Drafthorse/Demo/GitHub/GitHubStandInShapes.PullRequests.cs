using System.Text.Json.Nodes;

namespace Drafthorse.Demo.GitHub;

/// <content>Pull requests.</content>
internal sealed partial class GitHubStandInShapes
{
    /// <summary>As in a list; <paramref name="whole"/> adds what a single one has.</summary>
    public JsonObject PullRequest(StandInRepository repository, StandInPullRequest pull, bool whole)
    {
        var conversation = pull.Conversation;
        var api = Api($"repos/{repository.FullName}/pulls/{conversation.Number}");
        var issueApi = Api($"repos/{repository.FullName}/issues/{conversation.Number}");
        var page = Page($"{repository.FullName}/pull/{conversation.Number}");
        var statuses = Api($"repos/{repository.FullName}/statuses/{pull.HeadSha}");
        var shape = new JsonObject
        {
            ["id"] = pull.Id,
            ["node_id"] = NodeId("PR", pull.Id),
            ["number"] = conversation.Number,
            ["state"] = pull.State,
            ["draft"] = pull.Draft,
            ["locked"] = false,
            ["title"] = conversation.Title,
            ["body"] = conversation.Body,
            ["user"] = Account(conversation.Author),
            ["labels"] = Array(conversation.Labels.Select(name => Label(repository, name))),
            ["assignee"] = null,
            ["milestone"] = null,
            ["auto_merge"] = null,
            ["author_association"] = "NONE",
            ["created_at"] = Time(conversation.CreatedAt),
            ["updated_at"] = Time(conversation.UpdatedAt),
            ["closed_at"] = null,
            ["merged_at"] = null,
            ["merge_commit_sha"] = null,
            ["url"] = api,
            ["html_url"] = page,
            ["diff_url"] = $"{page}.diff",
            ["patch_url"] = $"{page}.patch",
            ["issue_url"] = issueApi,
            ["comments_url"] = $"{issueApi}/comments",
            ["commits_url"] = $"{api}/commits",
            ["review_comments_url"] = $"{api}/comments",
            ["review_comment_url"] = Api($"repos/{repository.FullName}/pulls/comments{{/number}}"),
            ["statuses_url"] = statuses,
            ["head"] = End(pull.HeadRepository, pull.Head, pull.HeadSha),
            ["base"] = End(repository, pull.Base, pull.BaseSha),
            ["_links"] = Links(("self", api), ("html", page), ("issue", issueApi), ("comments", $"{issueApi}/comments"), ("review_comments", $"{api}/comments"),
                ("review_comment", $"{api}/comments{{/number}}"), ("commits", $"{api}/commits"), ("statuses", statuses)),
        };
        if (!whole)
            return shape;

        foreach (var count in new[] { "additions", "changed_files", "commits", "deletions", "review_comments" })
            shape[count] = 1;
        shape["comments"] = conversation.Comments.Count;
        shape["mergeable"] = null;
        shape["mergeable_state"] = "draft";
        shape["merged"] = false;
        shape["merged_by"] = null;
        shape["maintainer_can_modify"] = false;
        return shape;
    }

    private JsonObject End(StandInRepository? repository, string branch, string sha) => new()
    {
        ["label"] = $"{repository?.Owner.Login}:{branch}",
        ["ref"] = branch,
        ["sha"] = sha,
        ["user"] = repository is null ? null : Account(repository.Owner),
        ["repo"] = repository is null ? null : Repository(repository),
    };

    private static JsonObject Links(params (string Name, string Address)[] links)
    {
        var shape = new JsonObject();
        foreach (var (name, address) in links)
            shape[name] = new JsonObject { ["href"] = address };
        return shape;
    }
}
