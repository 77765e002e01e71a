namespace Drafthorse.Harness.Drafts.Settings;

/// <summary>A program that a repository's build or tests need beside them, such as a database (<c>services</c>).</summary>
internal sealed record RepositoryService
{
    /// <summary>What it is called: letters, digits and hyphens.</summary>
    public required string Name { get; init; }

    /// <summary>The shell command that is the service: it runs until the run ends.</summary>
    public required string Command { get; init; }

    /// <summary>A shell command that ends with 0 once the service can be used; null = at once.</summary>
    public string? Ready { get; init; }

    /// <summary>Variables of its own, added to the sandbox's.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}
