using Drafthorse.Harness.Brief.Trees;
using Drafthorse.Harness.Drafts.Settings;

namespace Drafthorse.Harness.Brief;

/// <summary>The project that a run works on. What it takes to look at it is done when it is opened.</summary>
internal sealed record ProjectPlace
{
    /// <summary>Opens its files. Throws <see cref="GitGateway.GitException"/>.</summary>
    public required Func<CancellationToken, Task<ProjectFiles>> OpenAsync { get; init; }

    /// <summary>What the model has to know of the files, in code's own words; empty for nothing.</summary>
    public string Note { get; init; } = "";

    /// <summary>The settings that count where the project's own do not; null = its own.</summary>
    public RepositorySettings? Settings { get; init; }

    /// <summary>Where the sandbox gets to in the network, in words; empty when that is not known.</summary>
    public string Network { get; init; } = "";
}

/// <summary>The files of a project.</summary>
/// <param name="Tree">The files; null when there are none yet.</param>
/// <param name="About">What they are and as of when, one line each. Names in it are anybody's.</param>
internal sealed record ProjectFiles(ProjectTree? Tree, IReadOnlyList<string> About)
{
    /// <summary>The folder below the top that work begins in; empty for the top.</summary>
    public string Below { get; init; } = "";

    /// <summary>Whether they are those of a commit.</summary>
    public bool IsCommit { get; init; }
}

/// <summary>Finds the project of a run, without looking at it; null when it has none.</summary>
internal delegate ValueTask<ProjectPlace?> FindProject(RunContext run, CancellationToken cancellationToken);
