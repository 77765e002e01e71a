using System.Text;
using System.Text.RegularExpressions;
using Drafthorse.Harness.Instructions;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Skills;
using Drafthorse.Harness.Text;
using Drafthorse.Harness.Workspace;
using Drafthorse.Harness.Workspace.Files;

namespace Drafthorse.Harness.WorkspaceChecks;

/// <summary>Judges a whole workspace: what cannot be read or used, what is too long, and what lies where nothing looks for it.</summary>
/// <param name="files">The files.</param>
/// <param name="options">The budget.</param>
internal sealed partial class WorkspaceCheck(IWorkspaceFiles files, WorkspaceOptions options)
{
    private const int MostMemory = 4_000;
    private static readonly string[] TextEndings = [".md", ".json", ".yml", ".yaml", ".txt"];

    /// <summary>What is wrong, by path and line. Throws <see cref="WorkspaceException"/>.</summary>
    public async Task<IReadOnlyList<WorkspaceFinding>> RunAsync(CancellationToken cancellationToken)
    {
        var listing = await files.ListAsync(null, cancellationToken).ConfigureAwait(false);
        List<WorkspaceFinding> found = [.. listing.Problems.Select(problem => new WorkspaceFinding(problem.Path, 0, problem.Why)), .. Places(listing), .. Doubles(listing)];
        foreach (var file in listing.Files)
        {
            if (!Array.Exists(TextEndings, ending => file.Path.EndsWith(ending, StringComparison.OrdinalIgnoreCase)))
                continue;
            if (await files.ReadAsync(file.Path, FolderWalk.MostBytes, cancellationToken).ConfigureAwait(false) is not { } bytes)
                continue;
            var problems = TextChecks.Check(file.Path, bytes).ToList();
            found.AddRange(problems);
            if (problems.Count == 0)
                found.AddRange(Content(listing, file.Path, bytes));
        }

        return [.. found.OrderBy(finding => finding.Path, StringComparer.Ordinal).ThenBy(finding => finding.Line)];
    }

    private static IEnumerable<WorkspaceFinding> Places(WorkspaceListing listing)
    {
        foreach (var top in listing.Files.Select(file => file.Path.Split('/')).DistinctBy(parts => parts[0]))
        {
            if (top.Length == 1 ? !WorkspaceNames.TopFiles.Contains(top[0]) : !WorkspaceNames.TopFolders.Contains(top[0]))
                yield return new WorkspaceFinding(top[0], 0, $"nothing reads it here: the files are {string.Join(", ", WorkspaceNames.TopFiles[..5])}, the folders {string.Join(", ", WorkspaceNames.TopFolders)}", IsFault: false);
        }

        foreach (var skill in listing.Below(WorkspaceNames.Skills).Select(file => file.Path.Split('/')).DistinctBy(parts => parts[1]))
        {
            if (skill.Length == 2)
                yield return new WorkspaceFinding(string.Join('/', skill), 0, "a skill is a folder with a SKILL.md", IsFault: false);
            else if (SkillPaths.Find(listing, skill[1]) is null)
                yield return new WorkspaceFinding($"{WorkspaceNames.Skills}/{skill[1]}", 0, "the skill has no SKILL.md");
        }

        if (listing.Below(WorkspaceNames.Knowledge).Any() && listing.Find(WorkspaceNames.KnowledgeIndex) is null)
            yield return new WorkspaceFinding(WorkspaceNames.Knowledge, 0, "there is no KNOWLEDGE.md, the index of what is known: write one", IsFault: false);
    }

    private static IEnumerable<WorkspaceFinding> Doubles(WorkspaceListing listing) => listing.Files.GroupBy(file => file.Path.Normalize(NormalizationForm.FormKC), StringComparer.OrdinalIgnoreCase)
        .Where(group => group.Count() > 1).Select(group => new WorkspaceFinding(group.Last().Path, 0, $"its name differs from {ForeignText.Name(group.First().Path)} only by case or form: some disks take them for one"));

    private IEnumerable<WorkspaceFinding> Content(WorkspaceListing listing, string path, byte[] bytes)
    {
        var text = WorkspaceReader.Decode(bytes);
        if (path.EndsWith(".json", StringComparison.Ordinal) && !path.Contains('/', StringComparison.Ordinal))
            return TextChecks.CheckJson(path, bytes);
        if (path == WorkspaceNames.Instructions && text.Trim().Length > options.MaxInjectedTokens / 2 * WorkspacePrompt.CharactersPerToken)
            return [new WorkspaceFinding(path, 0, $"it has {text.Trim().Length} characters, and threads begin with the first {options.MaxInjectedTokens / 2 * WorkspacePrompt.CharactersPerToken} only: move what is not for every task to knowledge/ or a skill", IsFault: false)];
        if (path == WorkspaceNames.Memory && new TokenEstimator().EstimateBytes(bytes.Length) is var tokens and > MostMemory)
            return [new WorkspaceFinding(path, 0, $"it has about {tokens} tokens; the most are {MostMemory}", IsFault: false)];
        if (path == WorkspaceNames.KnowledgeIndex)
            return Links(listing, path, text);
        return SkillPaths.NameOf(listing, path) is { } skill ? SkillFormat.Read(skill, text).Problems.Select(problem => new WorkspaceFinding(path, problem.Line, problem.Reason)) : [];
    }

    private static IEnumerable<WorkspaceFinding> Links(WorkspaceListing listing, string path, string text) =>
        from line in text.Split('\n').Index()
        from Match match in Link().Matches(line.Item)
        let target = match.Groups[1].Value.Split('#')[0]
        where target.Length > 0 && !target.Contains(':', StringComparison.Ordinal)
        let within = RepositoryPath.Join(RepositoryPath.FolderOf(path), Uri.UnescapeDataString(target))
        where within is null || (listing.Find(within) is null && !listing.Below(within).Any())
        select new WorkspaceFinding(path, line.Index + 1, $"it names {target}, which is not there");

    [GeneratedRegex(@"\]\(<?([^)>\s]+)")]
    private static partial Regex Link();
}
