namespace Drafthorse.Harness.Skills;

/// <summary>What a SKILL.md says.</summary>
internal sealed record SkillFile
{
    /// <summary>1 to 64 lower-case letters, digits and hyphens; the name of its folder.</summary>
    public required string Name { get; init; }

    /// <summary>What it does and when to use it, at most 1,024 characters.</summary>
    public required string Description { get; init; }

    public string? License { get; init; }

    /// <summary>What it needs to run, at most 500 characters.</summary>
    public string? Compatibility { get; init; }

    /// <summary>Tools that it asks to be allowed, as written.</summary>
    public string? AllowedTools { get; init; }

    /// <summary>Whatever else its authors note.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>The instructions, without the head.</summary>
    public required string Body { get; init; }
}

/// <summary>Something that is wrong with a SKILL.md.</summary>
/// <param name="Line">The line, from 1.</param>
/// <param name="Reason">What is wrong, and what to do.</param>
internal sealed record SkillProblem(long Line, string Reason);
