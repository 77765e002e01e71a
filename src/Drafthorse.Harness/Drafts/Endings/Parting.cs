using Drafthorse.Harness.GitGateway.Git;
using Drafthorse.Harness.Sandboxes;

namespace Drafthorse.Harness.Drafts.Endings;

/// <summary>Parts what waits for a person from the rest: two commits in place of the new ones, the rest and then what waits, with the files as they are.</summary>
internal sealed class Parting(SandboxGit git, RepositoryWork work, string? pushed)
{
    private string From => pushed ?? work.BaseCommit ?? ObjectId.EmptyTree;

    /// <summary>Moves the branch onto the two. Null where there is no rest, or where merges among the new commits would be lost.</summary>
    public async Task<(string Others, string Waiting)?> TryAsync(string commit, IReadOnlyList<string> paths, string message, CancellationToken cancellationToken)
    {
        var hasParent = pushed is not null || work.BaseCommit is not null;
        var output = await git.RunAsync(
            "parting what waits from the rest",
            $"""
            set -e
            list=$(mktemp); GIT_INDEX_FILE=$(mktemp -u); export GIT_INDEX_FILE
            trap 'rm -f "$list" "$list.m" "$GIT_INDEX_FILE"' EXIT
            cat > "$list"
            {(hasParent ? $"if [ -n \"$($git rev-list --merges -n 1 {commit} --not {From})\" ]; then echo none; exit 0; fi" : ":")}
            $git read-tree {commit}
            $git update-index -z --force-remove --stdin < "$list"
            xargs -0 $git --literal-pathspecs ls-tree -r -z --full-tree {From} -- < "$list" | $git update-index -z --index-info
            tree=$($git write-tree)
            if [ "$tree" = "$($git rev-parse {From}^{"{tree}"} 2>/dev/null || echo {ObjectId.EmptyTree})" ]; then echo none; exit 0; fi
            cat > "$list.m" <<'MESSAGE-OF-THE-DRAFT'
            MESSAGE
            MESSAGE-OF-THE-DRAFT
            rest=$($git commit-tree "$tree" {(hasParent ? $"-p {From}" : "")} -F "$list.m")
            waiting=$($git commit-tree {commit}^{"{tree}"} -p "$rest" -F "$list.m")
            $git update-ref -m 'part what waits' HEAD "$waiting" {commit}
            echo "$rest $waiting"
            """.Replace("MESSAGE\n", $"{message.Replace("MESSAGE-OF-THE-DRAFT", "MESSAGE OF THE DRAFT", StringComparison.Ordinal)}\n", StringComparison.Ordinal),
            cancellationToken,
            input: string.Concat(paths.Select(path => path + "\0")),
            apart: true).ConfigureAwait(false);
        if (output == "none")
            return null;
        return output.Split(' ') is [var rest, var waiting] && IsId(rest) && IsId(waiting)
            ? (rest, waiting)
            : throw new SandboxException($"git in the sandbox named commits that are none: {SandboxGit.Tail(output, 100)}");
    }

    /// <summary>Takes back what a person rejected; it stays under a ref of its own.</summary>
    public Task TakeBackAsync(string waiting, CancellationToken cancellationToken) => git.RunAsync(
        "taking back what was rejected", $"$git update-ref refs/drafthorse/rejected {waiting} && $git reset -q --hard {From}", cancellationToken);

    private static bool IsId(string text) => text.Length is 40 or 64 && text.All(char.IsAsciiHexDigitLower);
}
