using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.GitGateway.Mirrors;
using Drafthorse.Harness.Permissions;
using Drafthorse.Harness.Sandboxes.Limits;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Drafts.Settings;

/// <summary>What a repository says of itself in <c>.drafthorse.yml</c> on its base branch. Every key may be left out.</summary>
internal sealed record RepositorySettings
{
    /// <summary>The file's name, at the repository's root.</summary>
    public const string FileName = ".drafthorse.yml";

    /// <summary>Largest file, in bytes.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>The settings of a repository that has no file.</summary>
    public static RepositorySettings Default { get; } = new();

    /// <summary>Commands that prepare a fresh checkout, in order (<c>setup</c>).</summary>
    public IReadOnlyList<string> Setup { get; init; } = [];

    /// <summary>Programs that run beside the build and the tests (<c>services</c>).</summary>
    public IReadOnlyList<RepositoryService> Services { get; init; } = [];

    /// <summary>Commands that must end with 0 before a draft counts as verified, in order (<c>verify</c>).</summary>
    public IReadOnlyList<string> Verify { get; init; } = [];

    /// <summary>How often failures of verify go back to the model (<c>maxFixRounds</c>, 0 to 10, default 2).</summary>
    public int MaxFixRounds { get; init; } = 2;

    /// <summary>Hosts that sandboxes may reach, within what the organization allows (<c>egress</c>). Null: all that it allows.</summary>
    public IReadOnlyList<string>? Egress { get; init; }

    /// <summary>How much of its machine a sandbox may take, within the ceilings of the server (<c>sandbox</c>). Null: what the server gives.</summary>
    public RequestedLimits? Sandbox { get; init; }

    /// <summary>Which tool calls are made, asked about or refused, beside what the server says (<c>permissions</c>).</summary>
    public PermissionRules? Permissions { get; init; }

    /// <summary>What branches of threads begin with (<c>branchPrefix</c>).</summary>
    public string BranchPrefix { get; init; } = BranchName.DefaultPrefix;

    /// <summary>Who is asked to review drafts: users, or teams as <c>org/team</c> (<c>reviewers</c>).</summary>
    public IReadOnlyList<string> Reviewers { get; init; } = [];

    /// <summary>Labels of drafts (<c>labels</c>).</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Most that a thread may cost, in USD, if lower than the server's own limit (<c>budgetUsd</c>).</summary>
    public decimal? BudgetUsd { get; init; }

    /// <summary>The model specification (<c>model</c>).</summary>
    public string? Model { get; init; }

    /// <summary>Whether the agent reviews its own drafts (<c>review</c>).</summary>
    public bool Review { get; init; }

    /// <summary>Whether risky changes are judged by several models (<c>council</c>).</summary>
    public bool Council { get; init; }

    /// <summary>Whether work on a person's pull request goes to its own branch (<c>pushToPullRequestBranch</c>).</summary>
    public bool PushToPullRequestBranch { get; init; }

    /// <summary>Whether every task is planned first, and the plan approved by a person (<c>plan: always</c>).</summary>
    public bool PlanAlways { get; init; }

    /// <summary>Paths that are changed only by a plan that a person approved (<c>plan: paths</c>).</summary>
    public IReadOnlyList<string> PlanPaths { get; init; } = [];

    /// <summary>Reads the file's text. Throws <see cref="RepositorySettingsException"/> with every mistake found, each with its line and cure.</summary>
    public static RepositorySettings Parse(string text) => new SettingsReader(text).Read();

    /// <summary>The settings as of a commit of the base branch, from the host's mirror: never from a work tree or a pull request.
    /// Throws <see cref="RepositorySettingsException"/> and <see cref="GitException"/>.</summary>
    public static async Task<RepositorySettings> ReadAsync(
        RepositoryMirrors mirrors, RepositoryRef repository, string? baseCommit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(mirrors);
        if (baseCommit is null)
            return Default;
        var text = await mirrors.ReadFileAsync(repository, baseCommit, FileName, MaxBytes, cancellationToken).ConfigureAwait(false);
        return text is null ? Default : Parse(text);
    }
}
