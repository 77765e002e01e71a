using System.Collections.Concurrent;
using System.Globalization;
using Drafthorse.Harness.Text;
using Drafthorse.Harness.Workspace;
using Drafthorse.Harness.Workspace.Files;

namespace Drafthorse.Harness.Skills;

/// <summary>The skills of a workspace. Each file is read once for what it holds.</summary>
/// <param name="reader">The files.</param>
internal sealed class WorkspaceSkills(WorkspaceReader reader)
{
    private const int ReadersAtOnce = 8;

    private readonly ConcurrentDictionary<string, (string Hash, SkillEntry? Skill, string? Problem)> _known = new(StringComparer.Ordinal);
    private (string Revision, SkillSet Set)? _last;

    /// <summary>The skills as of a listing. Throws <see cref="WorkspaceException"/>.</summary>
    public async Task<SkillSet> ReadAsync(WorkspaceListing listing, CancellationToken cancellationToken)
    {
        if (_last is { } last && last.Revision == listing.Revision)
            return last.Set;
        var files = listing.Below(WorkspaceNames.Skills).Where(file => SkillPaths.NameOf(listing, file.Path) is not null).ToList();
        var unknown = files.Where(file => !_known.TryGetValue(file.Path, out var known) || known.Hash != file.Hash);
        await Parallel.ForEachAsync(unknown, new ParallelOptions { MaxDegreeOfParallelism = ReadersAtOnce, CancellationToken = cancellationToken }, async (file, token) => _known[file.Path] = await ReadAsync(file, token).ConfigureAwait(false)).ConfigureAwait(false);
        foreach (var gone in _known.Keys.Except(files.Select(file => file.Path)))
            _known.TryRemove(gone, out _);
        var read = files.Select(file => _known[file.Path]).ToList();
        var set = new SkillSet([.. read.Select(skill => skill.Skill).OfType<SkillEntry>().OrderBy(skill => skill.Name, StringComparer.Ordinal)], [.. read.Select(skill => skill.Problem).OfType<string>()]);
        _last = (listing.Revision, set);
        return set;
    }

    private async Task<(string, SkillEntry?, string?)> ReadAsync(WorkspaceFile file, CancellationToken cancellationToken)
    {
        var folder = file.Path.Split('/')[1];
        try
        {
            if (file.Size > SkillFormat.MostBytes)
                return (file.Hash, null, $"{ForeignText.Name(file.Path)}: it is too large");
            var text = await reader.ReadTextAsync(file.Path, cancellationToken).ConfigureAwait(false) ?? "";
            var (skill, problems) = SkillFormat.Read(folder, text);
            return skill is not null ? (file.Hash, EntryOf(skill, file.Path, isRepository: false), null) : (file.Hash, null, Describe(file.Path, problems[0]));
        }
        catch (WorkspaceException exception)
        {
            return (file.Hash, null, $"{ForeignText.Name(file.Path)}: {exception.Message}");
        }
    }

    public static SkillEntry EntryOf(SkillFile skill, string path, bool isRepository) => new(skill.Name, ForeignText.Line(skill.Description), path, isRepository);

    public static string Describe(string path, SkillProblem problem) => string.Create(CultureInfo.InvariantCulture, $"{ForeignText.Name(path)}:{problem.Line}: {problem.Reason}");
}
