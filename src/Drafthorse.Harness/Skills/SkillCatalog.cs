using Drafthorse.Harness.Workspace;

namespace Drafthorse.Harness.Skills;

/// <summary>The skills that a run has: the repository's own, then the workspace's; of two with one name the first counts.</summary>
internal sealed class SkillCatalog(WorkspaceReader reader, RepositorySkills repository)
{
    private readonly WorkspaceSkills _workspace = new(reader);

    /// <summary>Throws <see cref="Workspace.Files.WorkspaceException"/>.</summary>
    public async Task<SkillSet> ReadAsync(RunContext run, CancellationToken cancellationToken)
    {
        var team = await _workspace.ReadAsync(await reader.ListAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        var own = (await repository.ReadAsync(run, cancellationToken).ConfigureAwait(false)).Set;
        if (own is { Skills: [], Invalid: [] })
            return team;
        var names = own.Skills.Select(skill => skill.Name).ToHashSet(StringComparer.Ordinal);
        return new SkillSet(
            [.. own.Skills.Select(skill => skill with { Hides = team.Find(skill.Name) is not null }), .. team.Skills.Where(skill => !names.Contains(skill.Name))],
            [.. own.Invalid, .. team.Invalid]);
    }

    /// <summary>A skill as it is now, with the names of the files beside it; null when it is gone or broken since.</summary>
    public async Task<(SkillFile Skill, IReadOnlyList<string> Files)?> LoadAsync(RunContext run, SkillEntry entry, CancellationToken cancellationToken)
    {
        if (entry.IsRepository)
        {
            var set = await repository.ReadAsync(run, cancellationToken).ConfigureAwait(false);
            return await RepositorySkills.ReadTextAsync(set, entry.Path, cancellationToken).ConfigureAwait(false) is { } own && SkillFormat.Read(entry.Folder.Split('/')[^1], own).Skill is { } ours
                ? (ours, [.. set.Entries.Select(file => file.Path).Where(path => path != entry.Path && path.StartsWith($"{entry.Folder}/", StringComparison.Ordinal)).Select(path => path[(entry.Folder.Length + 1)..])])
                : null;
        }

        var listing = await reader.ListAsync(cancellationToken).ConfigureAwait(false);
        return await reader.ReadTextAsync(entry.Path, cancellationToken).ConfigureAwait(false) is { } text && SkillFormat.Read(entry.Folder.Split('/')[^1], text).Skill is { } skill
            ? (skill, [.. listing.Below(entry.Folder).Where(file => file.Path != entry.Path).Select(file => file.Path[(entry.Folder.Length + 1)..])])
            : null;
    }

    /// <summary>Where the model finds the files of a skill.</summary>
    public async Task<string> PlaceAsync(RunContext run, SkillEntry entry, CancellationToken cancellationToken) =>
        entry.IsRepository ? $"{(await repository.ReadAsync(run, cancellationToken).ConfigureAwait(false)).Root}/{entry.Folder}" : $"{WorkspaceNames.Root}/{entry.Folder}";
}
