using System.Text;
using Drafthorse.Evaluation.Tasks;
using Drafthorse.Harness.GitGateway.Git;

namespace Drafthorse.Evaluation.Repositories;

/// <summary>
/// What a check looks at: the agent's commit with the check's own files over it. It is put together as git objects, where no link of the
/// agent's leads anywhere, so the check's files are what the check finds.
/// </summary>
internal sealed class CheckedTree(BareRepository repository, TaskCheck check)
{
    public const string Base = "base";
    public const string Work = "work";
    public const string Checked = "checked";
    private const string Index = "check-index";

    /// <summary>Writes a bundle with three commits, one upon the other: the base's files, the agent's, and the agent's with the check's.
    /// Throws <see cref="TaskException"/>.</summary>
    public async Task WriteBundleAsync(string baseCommit, string workCommit, string bundle, CancellationToken cancellationToken)
    {
        await repository.RunAsync(["read-tree", workCommit], cancellationToken, index: Index);
        await PutAsync(check.Files, cancellationToken);
        if (check.Patch is { } patch)
            await ApplyAsync(patch, baseCommit, cancellationToken);
        var tree = await repository.LineAsync(["write-tree"], cancellationToken, Index);
        var first = await CommitAsync(Base, $"{baseCommit}^{{tree}}", null, cancellationToken);
        var second = await CommitAsync(Work, $"{workCommit}^{{tree}}", first, cancellationToken);
        await CommitAsync(Checked, tree, second, cancellationToken);
        await repository.RunAsync(["bundle", "create", "--quiet", bundle, RefOf(Base), RefOf(Work), RefOf(Checked)], cancellationToken);
    }

    private async Task PutAsync(IReadOnlyList<TaskBlob> files, CancellationToken cancellationToken)
    {
        var lines = new StringBuilder();
        foreach (var file in files)
        {
            var blob = (await repository.RunAsync(["hash-object", "-w", "--stdin"], cancellationToken, file.Content)).Line;
            lines.Append($"{(file.IsProgram ? "100755" : "100644")} {blob}\t{file.Path}\0");
        }

        await UpdateAsync(lines.ToString(), cancellationToken);
    }

    /// <summary>The patch is made for the base's files, so those that it names are the base's again before.</summary>
    private async Task ApplyAsync(byte[] patch, string baseCommit, CancellationToken cancellationToken)
    {
        try
        {
            var lines = new StringBuilder();
            foreach (var path in await NamedAsync(patch, cancellationToken))
            {
                var entry = (await repository.RunAsync(["--literal-pathspecs", "ls-tree", "-z", baseCommit, "--", path], cancellationToken)).Text;
                lines.Append(entry.Length > 0 ? entry : $"0 {new string('0', 40)}\t{path}\0");
            }

            await UpdateAsync(lines.ToString(), cancellationToken);
            await repository.RunAsync(["apply", "--cached", "--whitespace=nowarn", "-"], cancellationToken, patch, Index);
        }
        catch (TaskException exception)
        {
            throw new TaskException($"{TaskFolder.PatchFile} does not fit the task's commit: {exception.Message}", exception);
        }
    }

    /// <summary>The paths that a patch changes, old and new.</summary>
    private async Task<IReadOnlyList<string>> NamedAsync(byte[] patch, CancellationToken cancellationToken)
    {
        var fields = (await repository.RunAsync(["apply", "--numstat", "-z", "-"], cancellationToken, patch)).Text.Split('\0', StringSplitOptions.RemoveEmptyEntries);
        // "added TAB removed TAB path", and for a rename an empty path with the old and the new one after it.
        return [.. fields.Select(field => field.Split('\t', 3)[^1]).Where(path => path.Length > 0).Distinct(StringComparer.Ordinal)];
    }

    private Task<GitResult> UpdateAsync(string lines, CancellationToken cancellationToken) =>
        repository.RunAsync(["update-index", "--add", "--replace", "-z", "--index-info"], cancellationToken, BareRepository.Input(lines), Index);

    private async Task<string> CommitAsync(string name, string tree, string? parent, CancellationToken cancellationToken)
    {
        var commit = await repository.LineAsync(["commit-tree", "-m", name, .. parent is null ? [] : (string[])["-p", parent], tree], cancellationToken);
        await repository.RunAsync(["update-ref", RefOf(name), commit], cancellationToken);
        return commit;
    }

    public static string RefOf(string name) => $"refs/check/{name}";
}
