namespace Drafthorse.Harness.Skills;

/// <summary>A skill that can be loaded.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it does and when to use it.</param>
/// <param name="Path">Its file, in the workspace or in the repository.</param>
/// <param name="IsRepository">Whether it is the repository's own.</param>
internal sealed record SkillEntry(string Name, string Description, string Path, bool IsRepository)
{
    /// <summary>Whether one of the same name is in the workspace, which this one takes the place of.</summary>
    public bool Hides { get; init; }

    /// <summary>The folder that its file is in.</summary>
    public string Folder => Path[..Path.LastIndexOf('/')];
}

/// <summary>The skills of a run, by name, and those that cannot be used.</summary>
/// <param name="Skills">The skills.</param>
/// <param name="Invalid">What is wrong with others: path, line and reason.</param>
internal sealed record SkillSet(IReadOnlyList<SkillEntry> Skills, IReadOnlyList<string> Invalid)
{
    public SkillEntry? Find(string name) => Skills.FirstOrDefault(skill => skill.Name == name);
}
