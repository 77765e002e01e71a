using System.Globalization;
using System.Text;
using Drafthorse.Harness.GitGateway.Git;

namespace Drafthorse.Harness.GitGateway.Push.Leaving;

/// <summary>
/// Looks at what new commits bring that no branch upstream has: secrets, files that are no text, hidden characters, hosts that the project does not name
/// yet, size, other repositories. Every commit is looked at, as what a later one takes out has left all the same.
/// </summary>
internal sealed class LeavingPolicy(GitProcess git, UnpackBounds bounds, string repository)
{
    private const long MostFileBytes = 5L * 1024 * 1024;
    private const int MostPatchBytes = 64 * 1024 * 1024;
    private const int MostFindings = 500;
    private const string Submodule = "160000";

    private static readonly TimeSpan HostTime = TimeSpan.FromMilliseconds(500);
    private static readonly string[] OpenHosts = ["example.com", "example.org", "example.net", "localhost", "www.w3.org", "schemas.microsoft.com", "json-schema.org"];

    /// <param name="tip">The pushed commit.</param>
    /// <param name="known">Commits that are upstream, or that the work started from.</param>
    /// <param name="baseTip">The base branch's commit, whose hosts are known; or null.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<IReadOnlyList<PushFinding>> FindAsync(string tip, IEnumerable<string> known, string? baseTip, CancellationToken cancellationToken)
    {
        var revisions = Encoding.ASCII.GetBytes(string.Concat(known.Select(id => $"^{id}\n").Prepend($"{tip}\n")));
        var changes = Changes((await RequireAsync(["--raw", "-z", "--no-abbrev"], revisions, cancellationToken).ConfigureAwait(false)).Text);
        var findings = changes.Where(change => change.Mode == Submodule || change.Path == ".gitmodules").Select(change => new PushFinding(change.Path, "another repository within this one (submodule)")).ToList();
        findings.AddRange(await LargeAsync(changes, cancellationToken).ConfigureAwait(false));
        try
        {
            var patch = await RequireAsync(["--patch", "-U0", "--full-index"], revisions, cancellationToken).ConfigureAwait(false);
            var scan = new LineScan();
            findings.AddRange(ReadPatch(patch.Output, changes, scan));
            findings.AddRange(scan.Findings);
            findings.AddRange(await NewHostsAsync(scan.Hosts, baseTip, cancellationToken).ConfigureAwait(false));
        }
        catch (GitException exception) when (exception.PrintedTooMuch)
        {
            findings.AddRange(changes.Where(change => change.IsThere).Select(change => new PushFinding(change.Path, "part of more text than code looks at")));
        }

        return [.. findings.Distinct().OrderBy(finding => finding.Path, StringComparer.Ordinal).ThenBy(finding => finding.Reason, StringComparer.Ordinal).Take(MostFindings)];
    }

    private static List<Change> Changes(string raw)
    {
        var changes = new List<Change>();
        var fields = raw.Split('\0');
        for (var at = 0; at + 1 < fields.Length; at++)
        {
            // :old new id id status, or for a merge a colon, a mode and an id more for each parent.
            var start = fields[at].IndexOf(':', StringComparison.Ordinal);
            if (start < 0)
                continue;
            var parents = fields[at].AsSpan(start).IndexOfAnyExcept(':');
            var words = fields[at][(start + parents)..].Split(' ');
            if (words.Length >= 2 * (parents + 1))
                changes.Add(new Change(words[parents], words[(2 * (parents + 1)) - 1], fields[++at]));
        }

        return changes;
    }

    private async Task<IEnumerable<PushFinding>> LargeAsync(List<Change> changes, CancellationToken cancellationToken)
    {
        var blobs = changes.Where(change => change.IsThere && change.Mode != Submodule).DistinctBy(change => change.Blob).ToDictionary(change => change.Blob, StringComparer.Ordinal);
        var command = Command(["cat-file", "--batch-check=%(objectname) %(objectsize)"]) with { InputPrefix = Encoding.ASCII.GetBytes(string.Concat(blobs.Keys.Select(id => id + "\n"))) };
        var sizes = await git.RequireAsync(command, cancellationToken).ConfigureAwait(false);
        return
        [
            .. from line in sizes.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
               let words = line.Split(' ')
               where words.Length == 2 && long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size > MostFileBytes && blobs.ContainsKey(words[0])
               select new PushFinding(blobs[words[0]].Path, string.Create(CultureInfo.InvariantCulture, $"{long.Parse(words[1], CultureInfo.InvariantCulture) >> 20} MiB, which is much for a file in git")),
        ];
    }

    /// <summary>Gives the added lines to the scan, and returns the files that are no text.</summary>
    private static List<PushFinding> ReadPatch(byte[] patch, List<Change> changes, LineScan scan)
    {
        var paths = changes.GroupBy(change => change.Blob, StringComparer.Ordinal).ToDictionary(same => same.Key, same => same.First().Path, StringComparer.Ordinal);
        var binaries = new List<PushFinding>();
        using var reader = new StreamReader(new MemoryStream(patch), Encoding.UTF8);
        var (path, number, columns) = ("", 0, 0);
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith("diff --", StringComparison.Ordinal))
            {
                (path, columns) = ("", 0);
            }
            else if (columns == 0 && line.StartsWith("index ", StringComparison.Ordinal))
            {
                path = paths.GetValueOrDefault(line[6..].Split(' ')[0].Split("..")[^1], "");
            }
            else if (columns == 0 && line.StartsWith("Binary files ", StringComparison.Ordinal) && path.Length > 0)
            {
                binaries.Add(new PushFinding(path, "a file that is no text"));
            }
            else if (line.StartsWith("@@", StringComparison.Ordinal))
            {
                (columns, number) = (line.AsSpan().IndexOfAnyExcept('@') - 1, FirstLine(line));
            }
            else if (columns > 0 && path.Length > 0 && line.Length >= columns && !line.AsSpan(0, columns).Contains('-') && line[0] != '\\')
            {
                if (line.AsSpan(0, columns).Contains('+'))
                    scan.Add(path, number, line[columns..]);
                number++;
            }
        }

        return binaries;
    }

    private static int FirstLine(string hunk)
    {
        var plus = hunk.IndexOf('+', StringComparison.Ordinal);
        return plus > 0 && int.TryParse(hunk[(plus + 1)..].Split([',', ' '])[0], NumberStyles.None, CultureInfo.InvariantCulture, out var line) ? line : 1;
    }

    /// <summary>Hosts that the base does not name. What takes long to look for is let go: a large project names many.</summary>
    private async Task<IEnumerable<PushFinding>> NewHostsAsync(Dictionary<string, string> hosts, string? baseTip, CancellationToken cancellationToken)
    {
        var asked = hosts.Where(host => !OpenHosts.Any(open => host.Key.Equals(open, StringComparison.OrdinalIgnoreCase) || host.Key.EndsWith($".{open}", StringComparison.OrdinalIgnoreCase))).ToList();
        if (asked.Count == 0 || baseTip is null)
            return [];
        try
        {
            var grep = Command(["grep", "-I", "-h", "-o", "-i", "-F", .. asked.SelectMany(host => new[] { "-e", host.Key }), baseTip]) with { Timeout = HostTime };
            var result = await git.RunAsync(grep, cancellationToken).ConfigureAwait(false);
            var named = result.Text.Split('\n').ToHashSet(StringComparer.OrdinalIgnoreCase);
            return result.ExitCode is 0 or 1 ? asked.Where(host => !named.Contains(host.Key)).Select(host => new PushFinding(host.Value, $"the host {Printable.Line(host.Key, 100)}, which the project does not name yet")) : [];
        }
        catch (GitException)
        {
            return [];
        }
    }

    private Task<GitResult> RequireAsync(string[] form, byte[] revisions, CancellationToken cancellationToken) => git.RequireAsync(
        Command(["log", "--stdin", "--format=", "--no-renames", "--no-color", "--no-ext-diff", "--no-textconv", "--no-show-signature", "--diff-merges=dense-combined", .. form]) with { InputPrefix = revisions },
        cancellationToken);

    private GitCommand Command(string[] arguments) => bounds.Apply(new GitCommand(arguments) { GitDirectory = repository, MaxOutputBytes = MostPatchBytes }, repository);

    private sealed record Change(string Mode, string Blob, string Path)
    {
        public bool IsThere => Mode != "000000";
    }
}
