using System.Globalization;
using System.Text;

namespace Drafthorse.Harness.GitGateway.Git;

/// <summary>Takes packs of hostile peers into repositories of the host, and tells how large what is in them would be.</summary>
internal sealed class UntrustedPack(GitProcess git, UnpackBounds bounds)
{
    private const int MaxObjects = 200_000;
    private static readonly string[] SignsOfBounds = ["out of memory", "mmap failed", "died of signal 9", "died of signal 24", "died of signal 25"];
    private const int MaxListBytes = 16 * 1024 * 1024;

    /// <summary>Adds a pack to a repository. Returns why it was refused, in words; then nothing of it stays. Null: it is there.</summary>
    public async Task<string?> TakeAsync(string repository, Stream pack, CancellationToken cancellationToken)
    {
        var objects = Path.Combine(repository, "objects");
        var before = Packs(objects).ToHashSet(StringComparer.Ordinal);
        var command = new GitCommand("index-pack", "--stdin", "--fix-thin", "--strict", string.Create(CultureInfo.InvariantCulture, $"--max-input-size={bounds.MaxPackBytes}"))
        {
            GitDirectory = repository,
            Input = pack,
        };
        var result = await git.RunAsync(bounds.Apply(command, repository), cancellationToken).ConfigureAwait(false);
        if (result.ExitCode != 0)
            return Explain(result.Error);
        var added = Packs(objects).Where(index => !before.Contains(index)).ToArray();
        var refusal = await RefuseObjectsAsync(repository, added, cancellationToken).ConfigureAwait(false);
        foreach (var index in refusal is null ? [] : added)
        {
            foreach (var file in Directory.GetFiles(Path.GetDirectoryName(index)!, Path.GetFileNameWithoutExtension(index) + ".*"))
                File.Delete(file);
        }

        return refusal;
    }

    /// <summary>Why the objects of a repository's own packs (not of those behind it) are too large or too many, or null.</summary>
    public Task<string?> RefuseObjectsAsync(string repository, CancellationToken cancellationToken) =>
        RefuseObjectsAsync(repository, Packs(Path.Combine(repository, "objects")), cancellationToken);

    /// <summary>Why a tree that comes after another one is too large to be checked out, or null.</summary>
    public async Task<string?> RefuseTreeAsync(string repository, string before, string tree, CancellationToken cancellationToken)
    {
        GitResult changed;
        try
        {
            changed = await RunAsync(
                repository, new GitCommand("diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", "--diff-filter=d", "--no-commit-id", before, tree), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (GitException exception) when (exception.PrintedTooMuch)
        {
            return "too many changed files in one push.";
        }

        var files = changed.Text.Split('\0').Where(line => line.StartsWith(':') && !line.AsSpan(8).StartsWith("160000")).Select(line => line.Split(' ')[3])
            .GroupBy(id => id, StringComparer.Ordinal).ToDictionary(same => same.Key, same => same.Count(), StringComparer.Ordinal);
        var sum = 0L;
        foreach (var (id, size) in await SizesAsync(repository, files.Keys, cancellationToken).ConfigureAwait(false))
            sum += size * files[id];
        return sum <= bounds.MaxTreeBytes ? null : $"the changed files are {Mebibytes(sum)} MiB when checked out; most is {Mebibytes(bounds.MaxTreeBytes)} MiB.";
    }

    /// <summary>What git said of objects that it did not take, in words.</summary>
    public string Explain(string said)
    {
        if (said.Contains("exceeds maximum allowed size", StringComparison.Ordinal))
            return bounds.PackIsTooLarge;
        return SignsOfBounds.Any(sign => said.Contains(sign, StringComparison.OrdinalIgnoreCase))
            ? "the pack takes too much memory or time when it is unpacked. Do not commit large or generated files."
            : $"git did not accept the objects: {Printable.Line(Printable.Lines(said, 400), 400)}";
    }

    private async Task<string?> RefuseObjectsAsync(string repository, IEnumerable<string> indexes, CancellationToken cancellationToken)
    {
        foreach (var index in indexes)
        {
            var listed = new FileStream(index, FileMode.Open, FileAccess.Read);
            await using (listed.ConfigureAwait(false))
            {
                if (listed.Length > MaxObjects * 48L)
                    return $"more than {MaxObjects} objects in one pack.";
                var list = await RunAsync(repository, new GitCommand("show-index") { Input = listed }, cancellationToken).ConfigureAwait(false);
                var ids = list.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[1]);
                foreach (var (id, size) in await SizesAsync(repository, ids, cancellationToken).ConfigureAwait(false))
                {
                    if (size > bounds.MaxObjectBytes)
                        return $"the object {id[..12]} is {Mebibytes(size)} MiB when it is unpacked; most is {Mebibytes(bounds.MaxObjectBytes)} MiB. Do not commit large or generated files.";
                }
            }
        }

        return null;
    }

    private async Task<IEnumerable<(string Id, long Size)>> SizesAsync(string repository, IEnumerable<string> ids, CancellationToken cancellationToken)
    {
        var asked = string.Concat(ids.Select(id => id + "\n"));
        var result = await RunAsync(
            repository, new GitCommand("cat-file", "--batch-check=%(objectname) %(objectsize)") { InputPrefix = Encoding.ASCII.GetBytes(asked) }, cancellationToken).ConfigureAwait(false);
        return result.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))
            .Select(fields => (fields[0], long.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : 0));
    }

    private Task<GitResult> RunAsync(string repository, GitCommand command, CancellationToken cancellationToken) => git.RequireAsync(
        bounds.Apply(command with { GitDirectory = repository, MaxOutputBytes = MaxListBytes }, repository), cancellationToken);

    private static IEnumerable<string> Packs(string objects) =>
        Directory.Exists(Path.Combine(objects, "pack")) ? Directory.EnumerateFiles(Path.Combine(objects, "pack"), "*.idx") : [];

    private static long Mebibytes(long bytes) => (bytes + (1 << 20) - 1) >> 20;
}
