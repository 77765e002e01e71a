namespace Drafthorse.Benchmarks.Processes;

/// <summary>A coding agent to measure: how it is started headless, with every right, against a model on loopback.</summary>
internal sealed record Contender
{
    public required string Name { get; init; }

    public required string Program { get; init; }

    public required Func<ContenderPlace, IReadOnlyList<string>> Arguments { get; init; }

    /// <summary>The environment beside <c>PATH</c> and <c>HOME</c>.</summary>
    public required Func<ContenderPlace, IReadOnlyDictionary<string, string>> Environment { get; init; }
}

/// <summary>Where one process works: the folder of its task, one for its settings, and the address of its model (without <c>/v1</c>).</summary>
internal sealed record ContenderPlace(string Folder, string Settings, string ModelUrl);
