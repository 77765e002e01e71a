using System.Security.Cryptography;
using System.Text;
using Drafthorse.Harness.Host;

namespace Drafthorse.Folders.Snapshots;

/// <summary>
/// States of a folder, each by the id of a git tree, in a repository of our own beside it: what is ignored is in none of them, and a state
/// costs what has changed since the last one. Changes between two states can be made in the folder.
/// </summary>
internal sealed class FolderSnapshots
{
    private const int MostTries = 600;
    private readonly ShadowGit _git;
    private readonly StateTaker _taker;

    private FolderSnapshots(FolderFacts facts, ShadowGit git, History history, IReadOnlyList<string> hidden) =>
        (Facts, _git, History, _taker) = (facts, git, history, new StateTaker(facts, git.Directory, hidden));

    public FolderFacts Facts { get; }

    /// <summary>The newest commits of the folder's repository that are there.</summary>
    public History History { get; }

    public ShadowGit Git => _git;

    /// <summary>What a person should know of the folder, also of what the last state left out.</summary>
    public IReadOnlyList<string> Notes =>
    [
        .. Facts.Notes,
        .. History.IsWhole ? Array.Empty<string>() : [$"The history of {Facts.Root} is incomplete: commits are missing in its repository, and nothing is fetched from elsewhere."],
        .. _taker.Notes,
    ];

    /// <summary>Opens the states of the repository that a folder is in, or of the folder itself. Throws <see cref="FolderException"/>.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="stateDirectory">Where states are kept: <c>state/folders</c> in our home.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<FolderSnapshots> OpenAsync(string folder, string stateDirectory, CancellationToken cancellationToken)
    {
        var facts = await FolderFacts.ReadAsync(folder, cancellationToken);
        var home = Path.GetDirectoryName(Path.GetDirectoryName(Path.GetFullPath(stateDirectory)))!;
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(facts.Root)))[..24];
        var directory = Path.Combine(stateDirectory, $"{name}.git");
        var git = new ShadowGit(directory, facts.Root);
        PrivateFolder.Create(stateDirectory);
        if (!File.Exists(Path.Combine(directory, "HEAD")))
            await git.RunAsync(["init", "-q", "--template=", $"--object-format={facts.ObjectFormat}"], cancellationToken);
        Directory.CreateDirectory(Path.Combine(directory, "info"));
        await File.WriteAllTextAsync(Path.Combine(directory, "info", "exclude"), "", cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(directory, "info", "attributes"), RawBytes, cancellationToken);

        await File.WriteAllTextAsync(Path.Combine(directory, "objects", "info", "alternates"), facts.Objects is { } objects ? $"{objects}\n" : "", cancellationToken);
        var history = await History.ReadAsync(git, facts, cancellationToken);
        if (facts.Head is { } head && (await git.TryAsync(["cat-file", "-e", $"{head}^{{tree}}"], cancellationToken)).ExitCode != 0)
            (facts, history) = (facts with { Head = null }, new History(null, [], "", IsWhole: false));

        // What we keep is no part of a folder, wherever somebody put it.
        var own = Path.GetRelativePath(facts.Root, home);
        return new FolderSnapshots(facts, git, history, own == "." || own.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(own) ? [] : [own]);
    }

    /// <summary>What makes git take each byte as it is.</summary>
    public const string RawBytes = "* -text -eol -filter -ident -working-tree-encoding\n";

    /// <summary>The folder as it is now. Throws <see cref="FolderException"/>, also when the folder is too large.</summary>
    public async Task<string> TakeAsync(CancellationToken cancellationToken)
    {
        using var alone = await LockAsync(cancellationToken);
        return await _taker.TakeAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<FolderChange>> DiffAsync(string from, string to, CancellationToken cancellationToken) => from == to
        ? []
        : FolderChange.Parse(await _git.RunAsync(["diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", from, to], cancellationToken));

    /// <summary>Makes in the folder what changed between two states, where the folder is still as in <paramref name="known"/>: what
    /// somebody else changed meanwhile stays. Strangers do not change hooks.</summary>
    public async Task<FolderResult> ApplyAsync(string from, string to, string known, bool fromStrangers, CancellationToken cancellationToken)
    {
        var now = await TakeAsync(cancellationToken);
        var there = new Lazy<Task<HashSet<string>>>(() => ListAsync(now, cancellationToken));
        var others = (await DiffAsync(known, now, cancellationToken)).ToDictionary(change => change.Path, StringComparer.Ordinal);
        var writer = new FolderWriter(Facts.Root, fromStrangers ? _taker.Obeyed : []);
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

            if (FolderWriter.IsThere(Facts.Root, change.Path) && !(await there.Value).Contains(change.Path) && writer.WhyNot(change) is null)
                result.Refused.Add((change.Path, "there is a file here that is ignored or cannot be read, and it stays as it is"));
            else if ((writer.WhyNot(change) ?? await MakeAsync(change, writer, blobs, cancellationToken)) is { } why)
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
        var writer = new FolderWriter(Facts.Root, _taker.Obeyed);
        await using var blobs = new BlobReader(_git);
        return change.IsDeletion || change.NewMode == FolderChange.Link || writer.WhyNot(beside) is not null
            || await MakeAsync(beside, writer, blobs, cancellationToken) is not null ? null : beside.Path;
    }

    public async Task<string?> ReadRefAsync(string name, CancellationToken cancellationToken) =>
        await _git.TryAsync(["rev-parse", "-q", "--verify", $"refs/drafthorse/{name}"], cancellationToken) is { ExitCode: 0, Line: var id } ? id : null;

    /// <summary>Sets refs, or removes those whose value is null, all or none.</summary>
    public Task WriteRefsAsync(IEnumerable<(string Name, string? Id)> refs, CancellationToken cancellationToken) => _git.RunAsync(
        ["update-ref", "--stdin"],
        cancellationToken,
        string.Concat(refs.Select(entry => entry.Id is { } id ? $"update refs/drafthorse/{entry.Name} {id}\n" : $"delete refs/drafthorse/{entry.Name}\n")));

    /// <summary>Packs what is loose, and drops what no state needs, when there is much of it.</summary>
    public Task TidyAsync(CancellationToken cancellationToken) =>
        _git.TryAsync(["gc", "--auto", "-q"], cancellationToken, config: [("gc.auto", "3000"), ("gc.autoDetach", "false"), ("gc.pruneExpire", "1.hour.ago")]);

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

    private async Task<HashSet<string>> ListAsync(string state, CancellationToken cancellationToken) =>
        [.. Encoding.UTF8.GetString(await _git.RunAsync(["ls-tree", "-r", "-z", "--name-only", "--full-tree", state], cancellationToken)).Split('\0')];

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
}
