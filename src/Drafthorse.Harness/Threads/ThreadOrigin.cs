using System.Text.Json.Serialization;

namespace Drafthorse.Harness.Threads;

/// <summary>Where a thread came from. Written once, by code, from verified input, but for a repository's new name
/// (<see cref="EnqueueRequest.Origin"/>); never changed by a run.</summary>
public sealed record ThreadOrigin
{
    /// <summary>The channel's name: <c>github</c>, <c>http</c>, <c>cli</c> and so on.</summary>
    public required string Channel { get; init; }

    /// <summary>The person whose task this is, as the channel names them, such as <c>github:octocat</c>. Budgets and fairness go by it.</summary>
    public required string User { get; init; }

    /// <summary>The repository, or null when the thread has none (yet).</summary>
    public RepositoryRef? Repository { get; init; }

    /// <summary>One line for lists.</summary>
    public string? Title { get; init; }

    /// <summary>The branch that work starts from when it is not the repository's default one.</summary>
    public string? BaseBranch { get; init; }

    /// <summary>The person's pull request that the thread is about, or null.</summary>
    public PullRequestOrigin? PullRequest { get; init; }

    /// <summary>The number of the issue or pull request the thread belongs to, or null.</summary>
    public int? Number { get; init; }

    /// <summary>Most that the thread may cost, in USD, when who asked set less than the agent's own limit; or null.</summary>
    public decimal? MaxCostUsd { get; init; }

    /// <summary>What only the channel understands (for example an installation id), as JSON; carried opaquely.</summary>
    public string? ChannelData { get; init; }

    /// <summary>Whether who asked reads the journal itself (a terminal, the API), so that nothing needs to be posted.</summary>
    [JsonIgnore]
    public bool IsAnsweredByJournal => Channel is "cli" or "http";
}

/// <summary>A person's pull request as it was when the thread began.</summary>
public sealed record PullRequestOrigin
{
    /// <summary>Its number.</summary>
    public int Number { get; init; }

    /// <summary>The branch with its commits.</summary>
    public string HeadBranch { get; init; } = "";

    /// <summary>The branch it is to be merged into.</summary>
    public string BaseBranch { get; init; } = "";

    /// <summary>Whether its branch is in another repository (or gone).</summary>
    public bool IsFork { get; init; }

    /// <summary>The commit of a fork's branch that was taken over: what somebody saw when they asked for the work. Null: nobody has.</summary>
    public string? HeadCommit { get; init; }
}
