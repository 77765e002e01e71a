using Drafthorse.Folders;
using Drafthorse.Harness;
using Drafthorse.Harness.Brief;
using Drafthorse.Harness.Drafts;
using Drafthorse.Harness.GitGateway.Mirrors;
using Drafthorse.Settings;

namespace Drafthorse.Composition;

/// <summary>The projects that models are told of: a thread's repository, else the folder that a terminal works in.</summary>
/// <param name="mirrors">The repositories.</param>
/// <param name="settings">The settings.</param>
/// <param name="isIsolated">Whether sandboxes get out through the gates only.</param>
/// <param name="folder">The terminal's folder, or null.</param>
internal sealed class Projects(RepositoryMirrors mirrors, DrafthorseSettings settings, bool isIsolated, string? folder)
{
    public ValueTask<ProjectPlace?> FindAsync(RunContext run, CancellationToken cancellationToken) => ValueTask.FromResult(
        run.Thread.Origin.Repository is not null ? RepositoryProject.Of(run, mirrors, Network(run.Get<RepositoryWork>()?.Settings.Egress))
        : folder is not null ? FolderProject.Of(folder, settings.FoldersPath, Network(null))
        : null);

    /// <summary>Where a sandbox gets to. The registries are not looked for here: that takes long, and the model asks its package tools.</summary>
    private string Network(IReadOnlyList<string>? repository)
    {
        if (!isIsolated)
            return "this machine's own";
        var allowed = settings.Egress.Allow.Count == 0 ? "the package registries" : $"the package registries, {string.Join(", ", settings.Egress.Allow)}";
        return repository switch
        {
            null => $"only through a gate, to {allowed}",
            [] => "none",
            _ => $"only through a gate, to {allowed}, and of these only {string.Join(", ", repository)}",
        };
    }
}
