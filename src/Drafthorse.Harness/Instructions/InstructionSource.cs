using Drafthorse.Harness.Brief.Trees;

namespace Drafthorse.Harness.Instructions;

/// <summary>Where the instructions of a run's project are read: the tree that counts, never the one that is being changed.</summary>
internal sealed record InstructionSource
{
    /// <summary>The files; null when there are none yet.</summary>
    public required ProjectTree? Tree { get; init; }

    /// <summary>Where the tree's top is for the tools: an absolute path.</summary>
    public required string Root { get; init; }

    /// <summary>What the files are, in code's own words, such as <c>its base branch</c>.</summary>
    public required string AsOf { get; init; }
}

/// <summary>Opens the instructions of a run's project; null when it has no project. Throws <see cref="GitGateway.GitException"/>.</summary>
internal delegate Task<InstructionSource?> OpenInstructions(RunContext run, CancellationToken cancellationToken);
