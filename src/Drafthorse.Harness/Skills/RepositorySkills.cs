using Drafthorse.Harness.Brief.Trees;
using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.Instructions;

namespace Drafthorse.Harness.Skills;

/// <summary>The skills of a run's repository, from its base branch. Read once a run.</summary>
/// <param name="open">Opens the base branch's files; null = none are read.</param>
internal sealed class RepositorySkills(OpenInstructions? open)
{
    private const int MostFiles = 4_000;
    private static readonly string[] Folders = [".agents/skills", ".claude/skills", ".github/skills"];

    /// <summary>The skills; none where there is no repository, or it cannot be read.</summary>
    public async Task<RepositorySkillSet> ReadAsync(RunContext run, CancellationToken cancellationToken)
    {
        if (run.Get<RepositorySkillSet>() is { } known)
            return known;
        var read = await ReadNewAsync(run, cancellationToken).ConfigureAwait(false);
        run.Set(read);
        return read;
    }

    /// <summary>A file of a skill, as of the base branch; null when it is not there or is no text.</summary>
    public static async Task<string?> ReadTextAsync(RepositorySkillSet set, string path, CancellationToken cancellationToken) =>
        set.Entries.FirstOrDefault(entry => entry.Path == path) is { Path: not null } entry && set.Tree is { } tree ? (await tree.ReadAsync([entry], cancellationToken).ConfigureAwait(false))[0].Text : null;

    private async Task<RepositorySkillSet> ReadNewAsync(RunContext run, CancellationToken cancellationToken)
    {
        try
        {
            if (open is null || await open(run, cancellationToken).ConfigureAwait(false) is not { Tree: { } tree, Root: var root })
                return RepositorySkillSet.None;
            var entries = (await tree.FindAsync(Folders, MostFiles, cancellationToken).ConfigureAwait(false)).Where(entry => entry.Kind == TreeEntryKind.File).ToList();
            var (skills, invalid) = (new List<SkillEntry>(), new List<string>());
            foreach (var file in await tree.ReadAsync([.. entries.Where(entry => IsSkill(entry.Path))], cancellationToken).ConfigureAwait(false))
            {
                var folder = file.Path.Split('/')[^2];
                var (skill, problems) = file.Text is null ? (null, [new SkillProblem(1, file.Why)]) : SkillFormat.Read(folder, file.Text);
                if (skill is null)
                    invalid.Add(WorkspaceSkills.Describe(file.Path, problems[0]));
                else if (!skills.Exists(other => other.Name == skill.Name))
                    skills.Add(WorkspaceSkills.EntryOf(skill, file.Path, isRepository: true));
            }

            return new RepositorySkillSet(tree, root, entries, new SkillSet(skills, invalid));
        }
        catch (GitException)
        {
            // The run says so where its work depends on the repository.
            return RepositorySkillSet.None;
        }
    }

    private static bool IsSkill(string path) => path.Split('/') is [_, "skills", _, "SKILL.md" or "skill.md"];
}

/// <summary>What a repository has of skills.</summary>
internal sealed record RepositorySkillSet(ProjectTree? Tree, string Root, IReadOnlyList<TreeEntry> Entries, SkillSet Set)
{
    public static readonly RepositorySkillSet None = new(null, "", [], new SkillSet([], []));
}
