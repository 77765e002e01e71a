using Drafthorse.Folders.Snapshots;
using Drafthorse.Harness.Sandboxes;

namespace Drafthorse.Folders.Copies;

/// <summary>
/// The folder inside of a sandbox: its files, and when it is a repository its newest commits, but none of its configuration. A git repository
/// of our own at <c>/agent</c> knows what was brought in, so that only changes travel.
/// </summary>
internal sealed class SandboxCopy(SandboxShell shell, string directory)
{
    private const string Repository = "/agent/folder.git";
    private const string Pack = "/tmp/drafthorse-folder.pack";
    private const string Said = "/tmp/drafthorse-folder.said";
    private const string Large = "/tmp/drafthorse-folder.large";
    private const int MostSaid = 100_000;

    /// <summary>The most that one file may have, in the blocks of 512 bytes that <c>find</c> counts.</summary>
    private const long LargeBlocks = FolderCarrier.MostFileBytes / 512;

    /// <summary>Git on our own repository, without anybody's hooks or filters.</summary>
    private const string Git = """
        set -e
        export GIT_DIR=/agent/folder.git GIT_WORK_TREE="$directory" GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_ATTR_NOSYSTEM=1 GIT_NO_REPLACE_OBJECTS=1 LC_ALL=C
        git() { command git -c core.hooksPath=/dev/null -c core.fsmonitor=false -c core.autocrlf=false -c core.quotePath=false -c advice.addEmbeddedRepo=false -c gc.auto=0 -c safe.directory='*' "$@"; }

        """;

    private readonly Dictionary<string, string> _variables = new() { ["directory"] = directory };

    /// <summary>The state that was brought in last; null when nothing was.</summary>
    public async Task<string?> ReadStateAsync(CancellationToken cancellationToken) =>
        (await shell.RunAsync("looking for the folder", $"{Git}git rev-parse -q --verify refs/state 2>/dev/null || :", cancellationToken, variables: _variables)).Trim() is { Length: > 0 } state ? state : null;

    /// <summary>Makes the directory as a state says, whose new objects are in the pack.</summary>
    public async Task SetAsync(FolderSnapshots folder, string state, string pack, History history, CancellationToken cancellationToken)
    {
        await shell.SendAsync(pack, Pack, cancellationToken);
        var variables = new Dictionary<string, string>(_variables)
        {
            ["state"] = state, ["head"] = history.Head ?? "", ["branch"] = folder.Facts.Branch ?? "main", ["shallow"] = history.Shallow,
            ["format"] = folder.Facts.ObjectFormat, ["attributes"] = FolderSnapshots.RawBytes,
        };
        await shell.RunAsync(
            "copying the folder in",
            $$"""
            {{Git}}
            mkdir -p "$directory"; cd "$directory"
            [ -f "$GIT_DIR/HEAD" ] || git init -q --template= --object-format="$format"
            mkdir -p "$GIT_DIR/info"; cat > "$GIT_DIR/info/exclude"; printf %s "$attributes" > "$GIT_DIR/info/attributes"
            git index-pack --stdin --fix-thin < {{Pack}} > /dev/null; rm -f {{Pack}} "$GIT_DIR/index.lock"
            git read-tree --reset -u "$state"
            if [ -n "$head" ]; then
              known=$(git rev-parse -q --verify refs/head || :)
              export GIT_DIR="$directory/.git"; unset GIT_WORK_TREE
              if [ ! -d .git ]; then
                git init -q --template= --object-format="$format"
                mkdir -p .git/info; cp {{Repository}}/info/exclude .git/info/exclude
                echo {{Repository}}/objects > .git/objects/info/alternates
                git config user.name Drafthorse; git config user.email drafthorse@localhost
                git symbolic-ref HEAD "refs/heads/$branch"
              fi
              if [ "$known" != "$head" ]; then printf %s "$shallow" > .git/shallow; [ -s .git/shallow ] || rm .git/shallow; fi
              now=$(git rev-parse -q --verify HEAD || :)
              if [ "$now" = "$known" ] && [ "$now" != "$head" ]; then git update-ref HEAD "$head"; rm -f .git/index.lock; git read-tree HEAD; fi
              git update-index -q --refresh || :
              git --git-dir={{Repository}} update-ref refs/head "$head"
            fi
            command git --git-dir={{Repository}} update-ref refs/state "$state"
            """,
            cancellationToken,
            folder.Facts.Ignored,
            variables);
    }

    /// <summary>The directory as it is now, and a pack with what is new in it; no state when nothing changed. What git cannot take is named
    /// and left out.</summary>
    public async Task<(string? State, IReadOnlyList<(string Path, string Why)> Left)> CollectAsync(string known, string pack, long mostBytes, CancellationToken cancellationToken)
    {
        var lines = (await shell.RunAsync(
            "looking for changes",
            $$"""
            {{Git}}
            cd "$directory"; rm -f "$GIT_DIR/index.lock"
            find . \( -name .gitignore -o -name .gitattributes -o -name .gitmodules -o -path '*/.git/HEAD' \) ! -type f ! -type l ! -type d -exec rm -f {} + 2>/dev/null || :
            set --; : > {{Large}}
            find . -path ./.git -prune -o -type f -size +{{LargeBlocks}} -print > {{Said}} 2>/dev/null || :
            while IFS= read -r file; do set -- "$@" ":(top,literal)${file#./}"; done < {{Said}}
            [ $# -eq 0 ] || git ls-files -o -m --exclude-standard -- "$@" > {{Large}}
            set --
            while IFS= read -r file; do set -- "$@" ":(exclude,top,literal)$file"; done < {{Large}}
            code=0; git add -A --ignore-errors -- . "$@" > /dev/null 2> {{Said}} || code=$?
            if [ $code -gt 1 ]; then head -c 2000 {{Said}} >&2; exit 1; fi
            state=$(git write-tree)
            if [ "$state" != "$known" ]; then printf '%s\n^%s\n' "$state" "$known" | git pack-objects --revs --thin --stdout -q > {{Pack}}; fi
            echo "$state"
            sed "s/.*/error: too large: '&'/" {{Large}} | head -c {{MostSaid}}
            grep -e '^error: ' -e '^warning: ' {{Said}} | head -c {{MostSaid}} || :
            """,
            cancellationToken,
            variables: new Dictionary<string, string>(_variables) { ["known"] = known })).Split('\n', 2);
        var (state, left) = (lines[0].Trim(), LeftOut.Parse(lines[^1]));
        if (state == known)
            return (null, left);
        if (state.Length is not (40 or 64) || !state.All(char.IsAsciiHexDigitLower))
            throw new SandboxException("the sandbox named a state that cannot be one");
        await shell.ReceiveAsync(Pack, pack, mostBytes, cancellationToken);
        return (state, left);
    }

    /// <summary>Says that the changes up to a state have been brought out.</summary>
    public Task ConfirmAsync(string state, CancellationToken cancellationToken) => shell.RunAsync(
        "bringing the changes out", $"{Git}git update-ref refs/state \"$state\"; rm -f {Pack}", cancellationToken, variables: new Dictionary<string, string>(_variables) { ["state"] = state });
}
