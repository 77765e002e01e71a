using Drafthorse.Harness.GitGateway.Git;
using Drafthorse.Harness.Skills;
using Drafthorse.Harness.Workspace;
using Drafthorse.Harness.Workspace.Files;
using Drafthorse.Settings;

namespace Drafthorse.Cli.Workspaces;

/// <summary>The workspace of this machine's settings, as people change it.</summary>
internal sealed class Shelf(DrafthorseSettings settings)
{
    private readonly DirectoryFiles _base = new(settings.WorkspacePath, TimeProvider.System);
    private readonly GitProcess _git = new("git", settings.StatePath);

    public WorkspaceReader Reader { get; } = new(new DirectoryFiles(settings.WorkspacePath, TimeProvider.System), new DirectoryFiles(settings.OverlayPath, TimeProvider.System), TimeProvider.System);

    public SkillProposals Proposals { get; } = new(new DirectoryFiles(settings.OverlayPath, TimeProvider.System));

    /// <summary>A skill's text as it is in the workspace, or null.</summary>
    public async Task<byte[]?> ReadAsync(string name, CancellationToken cancellationToken) =>
        SkillPaths.Find(await Reader.ListAsync(cancellationToken), name) is { } path ? await Reader.ReadAsync(path, SkillFormat.MostBytes, cancellationToken) : null;

    /// <summary>Writes a skill, and commits it where the workspace is a git repository. Returns where it is. Throws <see cref="WorkspaceException"/>
    /// and <see cref="Harness.GitGateway.GitException"/>.</summary>
    public async Task<string> PutAsync(string name, byte[] text, CancellationToken cancellationToken)
    {
        if (new DirectoryInfo(settings.WorkspacePath).LinkTarget is not null)
            throw new WorkspaceException($"The workspace is kept in step with a git repository, which this machine does not write: commit the draft there as skills/{name}/SKILL.md (drafthorse skills show {name}), then drafthorse skills reject {name}.");
        var path = $"{WorkspaceNames.Skills}/{name}/SKILL.md";
        if (!await _base.TryWriteAsync(path, await _base.ReadAsync(path, SkillFormat.MostBytes, cancellationToken), text, cancellationToken))
            throw new WorkspaceException($"{path} was changed at the same time. Look at it and try again.");
        var full = Path.Combine(settings.WorkspacePath, path);
        if (!Directory.Exists(Path.Combine(settings.WorkspacePath, ".git")))
            return full;
        GitCommand In(params string[] arguments) => new(arguments) { GitDirectory = Path.Combine(settings.WorkspacePath, ".git"), WorkTree = settings.WorkspacePath, Config = [("user.name", Environment.UserName), ("user.email", $"{Environment.UserName}@localhost"), ("commit.gpgSign", "false")] };
        await _git.RequireAsync(In("add", "--", path), cancellationToken);
        await _git.RequireAsync(In("commit", "--quiet", "--no-verify", $"--message=Skill {name}, as an agent proposed it", "--", path), cancellationToken);
        return $"{full}, committed";
    }

    /// <summary>What differs, as git shows it.</summary>
    public async Task<string> DiffAsync(byte[] before, byte[] after, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("drafthorse-skill-");
        try
        {
            var (old, now) = (Path.Combine(folder.FullName, "skill"), Path.Combine(folder.FullName, "draft"));
            await File.WriteAllBytesAsync(old, before, cancellationToken);
            await File.WriteAllBytesAsync(now, after, cancellationToken);
            var result = await _git.RunAsync(new GitCommand("diff", "--no-index", "--no-color", "--no-ext-diff", "--no-textconv", "--", old, now), cancellationToken);
            return string.Join('\n', result.Text.Split('\n').SkipWhile(line => !line.StartsWith("@@", StringComparison.Ordinal)));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
