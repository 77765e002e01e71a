using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Drafthorse.Folders.Snapshots;

/// <summary>
/// States of a folder, each by the id of a git tree, in a repository of our own beside it: what is ignored is in none of them, and a state
/// costs what has changed since the last one. Changes between two states can be made in the folder.
/// </summary>
internal sealed partial class FolderSnapshots
{
    private const int MostFiles = 100_000;
    private const long MostBytes = 2L << 30;
    private const int MostSkipped = 20;
    private const int MostTries = 600;
    private readonly ShadowGit _git;

    private FolderSnapshots(FolderFacts facts, ShadowGit git) => (Facts, _git) = (facts, git);

    public FolderFacts Facts { get; }

    public ShadowGit Git => _git;

    /// <summary>Opens the states of the repository that a folder is in, or of the folder itself. Throws <see cref="FolderException"/>.</summary>
    public static async Task<FolderSnapshots> OpenAsync(string folder, string stateDirectory, CancellationToken cancellationToken)
    {
        var facts = await FolderFacts.ReadAsync(folder, cancellationToken);
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(facts.Root)))[..24];
        var directory = Path.Combine(stateDirectory, $"{name}.git");
        var git = new ShadowGit(directory, facts.Root);
        if (!File.Exists(Path.Combine(directory, "HEAD")))
        {
            Directory.CreateDirectory(stateDirectory);
            await git.RunAsync(["init", "-q", "--template=", $"--object-format={facts.ObjectFormat}"], cancellationToken);
        }

        Directory.CreateDirectory(Path.Combine(directory, "info"));
        await File.WriteAllTextAsync(Path.Combine(directory, "info", "exclude"), facts.Ignored, cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(directory, "info", "attributes"), RawBytes, cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(directory, "objects", "info", "alternates"), facts.Objects is { } objects ? $"{objects}\n" : "", cancellationToken);
        return new FolderSnapshots(facts, git);
    }

    /// <summary>What makes git take each byte as it is.</summary>
    public const string RawBytes = "* -text -eol -filter -ident -working-tree-encoding\n";

    /// <summary>The folder as it is now. Throws <see cref="FolderException"/>, also when the folder is too large.</summary>
    public async Task<string> TakeAsync(CancellationToken cancellationToken)
    {
        using var alone = await LockAsync(cancellationToken);
        var index = Path.Combine(_git.Directory, "index");
        File.Delete($"{index}.lock");
        var first = !File.Exists(index);
        await ThrowIfTooLargeAsync(first ? ["-c", "-o"] : ["-o"], cancellationToken);

        // Files that are committed count though they match an ignored pattern.
        if (first && Facts.Head is { } head)
            await _git.RunAsync(["read-tree", head], cancellationToken);
        List<string> skipped = [];
        while (true)
        {
            var (code, _, error) = await _git.TryAsync(["add", "-A", "--", ".", .. skipped.Select(path => $":(exclude,top,literal){path}")], cancellationToken);
            if (code == 0)
                return await _git.TextAsync(["write-tree"], cancellationToken);
            if (NotForGit().Match(error) is not { Success: true } path || skipped.Count == MostSkipped)
                throw new FolderException($"{Facts.Root} cannot be read: {error.Trim()}");
            skipped.Add(path.Groups[1].Success ? path.Groups[1].Value : path.Groups[2].Value);
        }
    }

    public async Task<IReadOnlyList<FolderChange>> DiffAsync(string from, string to, CancellationToken cancellationToken) => from == to
        ? []
        : FolderChange.Parse(await _git.RunAsync(["diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", from, to], cancellationToken));

    /// <summary>Makes in the folder what changed between two states, where the folder is still as in <paramref name="known"/>: what
    /// somebody else changed meanwhile stays. Strangers do not change hooks.</summary>
    public async Task<FolderResult> ApplyAsync(string from, string to, string known, bool fromStrangers, CancellationToken cancellationToken)
    {
        var now = await TakeAsync(cancellationToken);
        var others = (await DiffAsync(known, now, cancellationToken)).ToDictionary(change => change.Path, StringComparer.Ordinal);
        var writer = new FolderWriter(Facts.Root, fromStrangers ? Facts.Hooks : null);
        var result = new FolderResult();
        await using var blobs = new BlobReader(_git);
        foreach (var change in (await DiffAsync(from, to, cancellationToken)).OrderByDescending(change => change.IsDeletion))
        {
            if (others.TryGetValue(change.Path, out var other))
            {
                if (!other.HasSameResult(change))
                    result.Conflicts.Add(change);
                continue;
            }

            if ((writer.WhyNot(change) ?? await MakeAsync(change, writer, blobs, cancellationToken)) is { } why)
                result.Refused.Add((change.Path, why));
            else
                result.Changed.Add(change);
        }

        return result;
    }

    /// <summary>Puts the other version of a file that two changed at once beside it. Returns its name.</summary>
    public async Task<string?> KeepBesideAsync(FolderChange change, string ending, CancellationToken cancellationToken)
    {
        var beside = change with { Path = change.Path + ending };
        var writer = new FolderWriter(Facts.Root, Facts.Hooks);
        await using var blobs = new BlobReader(_git);
        return change.IsDeletion || change.NewMode == FolderChange.Link || writer.WhyNot(beside) is not null
            || await MakeAsync(beside, writer, blobs, cancellationToken) is not null ? null : beside.Path;
    }

    public async Task<string?> ReadRefAsync(string name, CancellationToken cancellationToken) =>
        await _git.TryAsync(["rev-parse", "-q", "--verify", $"refs/drafthorse/{name}"], cancellationToken) is (0, var output, _) ? Encoding.UTF8.GetString(output).Trim() : null;

    /// <summary>Sets refs, or removes those whose value is null, all or none.</summary>
    public Task WriteRefsAsync(IEnumerable<(string Name, string? Id)> refs, CancellationToken cancellationToken) => _git.RunAsync(
        ["update-ref", "--stdin"],
        cancellationToken,
        string.Concat(refs.Select(entry => entry.Id is { } id ? $"update refs/drafthorse/{entry.Name} {id}\n" : $"delete refs/drafthorse/{entry.Name}\n")));

    /// <summary>Packs what is loose, and drops what no state needs, when there is much of it.</summary>
    public Task TidyAsync(CancellationToken cancellationToken) =>
        _git.RunAsync(["-c", "gc.auto=3000", "-c", "gc.autoDetach=false", "-c", "gc.pruneExpire=1.hour.ago", "gc", "--auto", "-q"], cancellationToken);

    /// <summary>Forgets a thread's copy, when its sandbox is gone for good.</summary>
    public async Task ForgetAsync(string thread, CancellationToken cancellationToken)
    {
        List<(string, string?)> refs = [];
        foreach (var name in new[] { "inside", "outside", "head" })
        {
            if (await ReadRefAsync($"{thread}/{name}", cancellationToken) is not null)
                refs.Add(($"{thread}/{name}", null));
        }

        await WriteRefsAsync(refs, cancellationToken);
        await TidyAsync(cancellationToken);
    }

    private static async Task<string?> MakeAsync(FolderChange change, FolderWriter writer, BlobReader blobs, CancellationToken cancellationToken)
    {
        try
        {
            if (change.IsDeletion)
            {
                writer.Delete(change.Path);
                return null;
            }

            if (change.NewMode == FolderChange.Link)
                return writer.WriteLink(change, await blobs.ReadTextAsync(change.NewId, cancellationToken));
            await writer.WriteFileAsync(change, file => blobs.CopyAsync(change.NewId, file, cancellationToken));
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception.Message;
        }
    }

    private async Task ThrowIfTooLargeAsync(string[] which, CancellationToken cancellationToken)
    {
        var files = Encoding.UTF8.GetString(await _git.RunAsync(["ls-files", "-z", "--exclude-standard", .. which], cancellationToken)).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        var bytes = files.Length > MostFiles ? 0 : files.Sum(file => new FileInfo(Path.Combine(Facts.Root, file)) is { Exists: true, LinkTarget: null } info ? info.Length : 0);
        if (files.Length > MostFiles || bytes > MostBytes)
        {
            throw new FolderException(string.Create(
                CultureInfo.InvariantCulture,
                $"{Facts.Root} has too many files for this: at most {MostFiles:N0} and {MostBytes >> 30} GiB that are not ignored. Name a smaller folder, or list in .gitignore what is not source"));
        }
    }

    private async Task<FileStream> LockAsync(CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return new FileStream(Path.Combine(_git.Directory, "drafthorse.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException exception)
            {
                if (tries == MostTries)
                    throw new FolderException($"the states of {Facts.Root} cannot be locked ({exception.Message}): another drafthorse process may work with them; try again when it has ended", exception);
                await Task.Delay(50, cancellationToken);
            }
        }
    }

    /// <summary>A repository without a commit, or a path that only git itself may have.</summary>
    [GeneratedRegex("^error: (?:'(.+)/' does not have a commit checked out|invalid path '(.+)')$", RegexOptions.Multiline)]
    private static partial Regex NotForGit();
}
