using System.Collections.Concurrent;

namespace Drafthorse.Demo.GitHub;

/// <summary>What the stand-in knows: accounts, repositories, and what was written to them. Everything is in memory.</summary>
internal sealed class GitHubStandInWorld
{
    private long _lastId = 1_000;

    /// <summary>Guards all lists of all repositories.</summary>
    public Lock Lock { get; } = new();

    public ConcurrentDictionary<string, StandInAccount> Accounts { get; } = new(StringComparer.OrdinalIgnoreCase);

    public ConcurrentDictionary<string, StandInRepository> Repositories { get; } = new(StringComparer.OrdinalIgnoreCase);

    public long NextId() => Interlocked.Increment(ref _lastId);

    public StandInAccount AddAccount(string login, string type = "User") => Accounts.GetOrAdd(login, _ => new StandInAccount(NextId(), login, type));

    /// <summary>Adds a repository whose owner may write to it.</summary>
    public StandInRepository AddRepository(string owner, string name, string defaultBranch = "main")
    {
        var account = AddAccount(owner);
        return Repositories.GetOrAdd($"{owner}/{name}", _ => new StandInRepository(NextId(), account, name, defaultBranch)
        {
            Permissions = { [account.Login] = "admin" },
        });
    }

    /// <summary>Renames or transfers a repository. What it was called is nobody's then: the stand-in does not redirect.</summary>
    public void Rename(StandInRepository repository, string owner, string name)
    {
        Repositories.TryRemove(repository.FullName, out _);
        (repository.Owner, repository.Name) = (AddAccount(owner), name);
        Repositories[repository.FullName] = repository;
    }

    public StandInIssue AddIssue(StandInRepository repository, StandInAccount author, string title, string? body, params string[] labels)
    {
        lock (Lock)
        {
            var issue = new StandInIssue(NextId(), repository.NextNumber(), author, title) { Body = body };
            issue.Labels.AddRange(labels);
            repository.Issues.Add(issue);
            return issue;
        }
    }

    public StandInComment AddComment(StandInIssue issue, StandInAccount author, string body)
    {
        lock (Lock)
        {
            var comment = new StandInComment(NextId(), issue.Number, author, body);
            issue.Comments.Add(comment);
            issue.UpdatedAt = comment.CreatedAt;
            return comment;
        }
    }
}

internal sealed record StandInAccount(long Id, string Login, string Type);

internal sealed class StandInRepository(long id, StandInAccount owner, string name, string defaultBranch)
{
    private int _lastNumber;

    public long Id => id;

    public StandInAccount Owner { get; set; } = owner;

    public string Name { get; set; } = name;

    public string FullName => $"{Owner.Login}/{Name}";

    public string DefaultBranch => defaultBranch;

    public DateTimeOffset PushedAt { get; set; } = DateTimeOffset.UnixEpoch;

    public bool RefusesDrafts { get; set; }

    /// <summary>The commit of a branch, or null when there is none; by default every branch is there.</summary>
    public Func<string, string?> FindBranch { get; set; } = _ => new string('a', 40);

    /// <summary><c>admin</c>, <c>write</c> or <c>read</c> by login; all others have <c>read</c>.</summary>
    public ConcurrentDictionary<string, string> Permissions { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Files at every branch, by path.</summary>
    public ConcurrentDictionary<string, string> Files { get; } = new(StringComparer.Ordinal);

    public List<StandInIssue> Issues { get; } = [];

    public List<StandInPullRequest> PullRequests { get; } = [];

    public int NextNumber() => ++_lastNumber;

    /// <summary>The issue of a number, or the conversation of the pull request of that number.</summary>
    public StandInIssue? FindConversation(int number) =>
        Issues.Find(issue => issue.Number == number) ?? PullRequests.Find(pull => pull.Conversation.Number == number)?.Conversation;

    public IEnumerable<StandInIssue> Conversations => Issues.Concat(PullRequests.Select(pull => pull.Conversation));
}

internal sealed class StandInIssue(long id, int number, StandInAccount author, string title)
{
    public long Id => id;

    public int Number => number;

    public StandInAccount Author => author;

    public string Title { get; set; } = title;

    public string? Body { get; set; }

    public bool IsPullRequest { get; init; }

    public DateTimeOffset CreatedAt { get; } = DateTimeOffset.UtcNow;

    public DateTimeOffset UpdatedAt { get; set; } = DateTimeOffset.UtcNow;

    public List<string> Labels { get; } = [];

    public List<StandInAccount> Assignees { get; } = [];

    public List<StandInComment> Comments { get; } = [];

    public List<StandInReaction> Reactions { get; } = [];
}

internal sealed class StandInComment(long id, int number, StandInAccount author, string body)
{
    private DateTimeOffset? _updatedAt;

    public long Id => id;

    public int Number => number;

    public StandInAccount Author => author;

    public string Body { get; set; } = body;

    public DateTimeOffset CreatedAt { get; } = DateTimeOffset.UtcNow;

    public DateTimeOffset UpdatedAt { get => _updatedAt ?? CreatedAt; set => _updatedAt = value; }

    /// <summary>How often it was edited.</summary>
    public int Edits { get; set; }

    public List<StandInReaction> Reactions { get; } = [];
}

internal sealed record StandInReaction(long Id, StandInAccount Author, string Content)
{
    public DateTimeOffset CreatedAt { get; } = DateTimeOffset.UtcNow;
}

internal sealed class StandInPullRequest(long id, StandInIssue conversation, string head, string target)
{
    public long Id => id;

    /// <summary>Title, body, labels and comments: a pull request is an issue too.</summary>
    public StandInIssue Conversation => conversation;

    public string Head => head;

    public string Base => target;

    public string HeadSha { get; set; } = new('a', 40);

    public string BaseSha { get; set; } = new('b', 40);

    public bool Draft { get; init; }

    /// <summary>The repository its branch is in; null for a fork that was deleted.</summary>
    public StandInRepository? HeadRepository { get; init; }

    public string State { get; set; } = "open";

    public List<string> Reviewers { get; } = [];
}
