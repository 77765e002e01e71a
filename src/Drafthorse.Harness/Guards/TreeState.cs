using System.Globalization;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Sandbox;
using Drafthorse.Sandbox.Exec;

namespace Drafthorse.Harness.Guards;

/// <summary>What a git work tree holds, compared with one commit: files that git tracks and files that it does not ignore.</summary>
/// <param name="Base">The commit, or git's empty tree.</param>
/// <param name="Hash">The same for the same content.</param>
/// <param name="Lines">Lines that differ from the commit.</param>
internal sealed record TreeState(string Base, string Hash, long Lines)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    /// <summary>A repository's own filters, hooks and remotes stay out of it, as without isolation they are programs on this machine: git only
    /// lists names and hands out blobs, and files are read as they are.</summary>
    private const string Script =
        """
        export GIT_ALLOW_PROTOCOL=none GIT_NO_LAZY_FETCH=1 GIT_OPTIONAL_LOCKS=0 GIT_TERMINAL_PROMPT=0
        g='git --no-replace-objects -c core.hooksPath=/dev/null -c core.fsmonitor=false -c core.quotePath=false'
        n=0
        while IFS= read -r key; do
          if [ -n "$key" ]; then export "GIT_CONFIG_KEY_$n=$key" "GIT_CONFIG_VALUE_$n="; n=$((n + 1)); fi
        done <<KEYS
        $($g config --name-only --get-regexp '^filter[.]')
        KEYS
        export GIT_CONFIG_COUNT=$n
        top=$($g rev-parse --show-toplevel) && [ -n "$top" ] && cd "$top" || exit 3
        [ -n "$base" ] || base=$($g rev-parse -q --verify HEAD) || base=EMPTY
        tracked() { $g diff-index --name-only "$@" $base; }
        others() { $g ls-files -o --exclude-standard -z; }
        echo "$base"
        { tracked; tracked -z | xargs -0 cksum 2>/dev/null; others | xargs -0 cksum 2>/dev/null; } | $g hash-object --stdin --no-filters
        tracked | while IFS= read -r path; do
          if [ -f "$path" ] && $g cat-file -e "$base:$path" 2>/dev/null; then $g cat-file blob "$base:$path" | diff - "$path" | grep -c '^[<>]'
          elif [ -f "$path" ]; then wc -l < "$path"
          else $g cat-file blob "$base:$path" 2>/dev/null | wc -l; fi
        done | { n=0; while read -r more; do n=$((n + more)); done; echo $n; }
        others | xargs -0 cat 2>/dev/null | wc -l
        """;

    /// <summary>Reads the state of the run's working directory in its sandbox; null where there is no git work tree, or it takes too long.</summary>
    /// <param name="run">The run, which has a sandbox.</param>
    /// <param name="baseCommit">The commit to compare with, as an earlier state named it; null = the one that is checked out.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<TreeState?> ReadAsync(RunContext run, string? baseCommit, CancellationToken cancellationToken)
    {
        var sandbox = await run.GetSandboxClientAsync(cancellationToken).ConfigureAwait(false);
        var request = new ExecRequest
        {
            CallId = CodeCommands.NewCallId(run.Lease.Token),
            Command = $"base={baseCommit}\n{Script.Replace("EMPTY", GitGateway.Git.ObjectId.EmptyTree, StringComparison.Ordinal)}",
            WorkingDirectory = run.WorkingDirectory,
            MergeError = false,
            Timeout = Longest,
        };
        return await ReadAsync(sandbox, request, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<TreeState?> ReadAsync(SandboxClient sandbox, ExecRequest request, CancellationToken cancellationToken)
    {
        var result = await CodeCommands.RunAsync(sandbox, request, cancellationToken).ConfigureAwait(false);
        return result.ExitCode == 0
            && result.Output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is [var from, var hash, var tracked, var untracked]
            && IsId(from) && IsId(hash)
            && long.TryParse(tracked, NumberStyles.None, CultureInfo.InvariantCulture, out var lines)
            && long.TryParse(untracked, NumberStyles.None, CultureInfo.InvariantCulture, out var more)
            ? new TreeState(from, hash, Math.Min(lines, int.MaxValue) + Math.Min(more, int.MaxValue))
            : null;
    }

    private static bool IsId(string text) => text.Length is 40 or 64 && text.All(char.IsAsciiHexDigitLower);
}
