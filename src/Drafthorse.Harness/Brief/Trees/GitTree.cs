using System.Globalization;
using System.Text;
using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.GitGateway.Git;

namespace Drafthorse.Harness.Brief.Trees;

/// <summary>A commit's tree, read by the host's hardened git: no filter, no text conversion, no configuration of the repository.</summary>
/// <param name="git">The host's git.</param>
/// <param name="directory">A repository of ours that has the commit.</param>
/// <param name="commit">The commit.</param>
internal sealed class GitTree(GitProcess git, string directory, string commit) : ProjectTree
{
    private const int MaxEntries = 300_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public override async Task<bool> ListAsync(Action<TreeEntry> see, CancellationToken cancellationToken)
    {
        using var records = new TreeRecords(see, MaxEntries);
        try
        {
            await git.RequireAsync(New("ls-tree", "-r", "-t", "-z", "--full-tree", "--end-of-options", commit) with { Output = records, Timeout = Patience }, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (TreeTooLargeException)
        {
            return false;
        }
        catch (GitException exception) when (exception.InnerException is OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    public override async Task<IReadOnlyList<TreeEntry>> FindAsync(IReadOnlyList<string> paths, int most, CancellationToken cancellationToken)
    {
        var found = new List<TreeEntry>();
        if (paths.Count == 0)
            return found;
        using var records = new TreeRecords(found.Add, most);
        try
        {
            await git.RequireAsync(
                new GitCommand(["--literal-pathspecs", "ls-tree", "-r", "-z", "--full-tree", "--end-of-options", commit, "--", .. paths]) { GitDirectory = directory, Output = records, Timeout = Patience },
                cancellationToken).ConfigureAwait(false);
        }
        catch (TreeTooLargeException)
        {
            // Those that were seen are the first.
        }

        return found;
    }

    public override async Task<IReadOnlyList<TreeFile>> ReadAsync(IReadOnlyList<TreeEntry> entries, CancellationToken cancellationToken)
    {
        if (entries.Count == 0)
            return [];
        var sizes = await ReadSizesAsync(entries, cancellationToken).ConfigureAwait(false);
        var files = new TreeFile[entries.Count];
        var wanted = new List<int>();
        long sum = 0;
        foreach (var (index, entry) in entries.Index())
        {
            if (WhyNot(sizes[index], sum) is { } why)
            {
                files[index] = new TreeFile(entry.Path, null, why);
                continue;
            }

            sum += sizes[index]!.Value;
            wanted.Add(index);
        }

        if (wanted.Count == 0)
            return files;
        var read = await git.RequireAsync(Batch("--batch", wanted.Select(index => entries[index])) with { MaxOutputBytes = MaxBytes + (entries.Count * 200) }, cancellationToken).ConfigureAwait(false);
        Split(read.Output, entries, wanted, files);
        return files;
    }

    private static string? WhyNot(long? size, long sum) => size switch
    {
        null => "it is not here",
        > MaxFileBytes => $"it has {size.Value.ToString("N0", CultureInfo.InvariantCulture)} bytes",
        _ => sum + size > MaxBytes ? "enough was read before it" : null,
    };

    private async Task<long?[]> ReadSizesAsync(IReadOnlyList<TreeEntry> entries, CancellationToken cancellationToken)
    {
        var result = await git.RequireAsync(Batch("--batch-check", entries), cancellationToken).ConfigureAwait(false);
        var lines = result.Text.Split('\n');
        return [.. entries.Select((_, index) => index < lines.Length && lines[index].Split(' ') is [_, "blob", var size] && long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : (long?)null)];
    }

    /// <summary>Each as a line <c>id blob size</c>, the bytes, a line feed.</summary>
    private static void Split(ReadOnlySpan<byte> output, IReadOnlyList<TreeEntry> entries, List<int> wanted, TreeFile[] files)
    {
        foreach (var index in wanted)
        {
            var path = entries[index].Path;
            var line = output.IndexOf((byte)'\n');
            if (line < 0 || Encoding.ASCII.GetString(output[..line]).Split(' ') is not [_, "blob", var size]
                || !int.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var length) || line + length + 2 > output.Length)
            {
                files[index] = new TreeFile(path, null, "it could not be read");
                output = line < 0 ? default : output[(line + 1)..];
                continue;
            }

            files[index] = FileText.Of(path, output.Slice(line + 1, length));
            output = output[(line + length + 2)..];
        }
    }

    private GitCommand Batch(string how, IEnumerable<TreeEntry> entries) =>
        New("cat-file", how) with { InputPrefix = Encoding.ASCII.GetBytes(string.Concat(entries.Select(entry => $"{entry.Id}\n"))), Timeout = Patience };

    private GitCommand New(params string[] arguments) => new(arguments) { GitDirectory = directory };
}
