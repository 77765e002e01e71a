using System.Globalization;

namespace Drafthorse.Harness.Drafts.Endings;

/// <summary>Lists what is new in a checkout, summed up in the sandbox: a tool's tree may have a million files.</summary>
internal static class TreeListing
{
    /// <summary>Most lines of a listing.</summary>
    private const int MaxLines = 2000;

    private const string Nested = "nested";

    /// <summary>Prints "bytes path" for its arguments, by the <c>stat</c> of GNU or of BSD.</summary>
    private const string Sizes = "stat -c \"%s %n\" -- \"$@\" || stat -f \"%z %N\" -- \"$@\"";

    /// <summary>
    /// Lines "kind tracked files bytes built path" for new files, which come as "bytes path". <c>$root</c> is the tree that says which
    /// folders the repository has files in; empty for none.
    /// </summary>
    private static readonly string SumUp = $$"""
        awk -v certain='{{ToolTrees.Certain}}' -v possible='{{ToolTrees.Possible}}' -v most={{ToolTrees.MaxFiles}} -v bytes={{ToolTrees.MaxBytes}} '
        BEGIN {
          n = split(certain, names, " "); for (i = 1; i <= n; i++) is[names[i]] = 2
          n = split(possible, names, " "); for (i = 1; i <= n; i++) is[names[i]] = 1
        }
        !/^[0-9]+ ./ { next }
        {
          size = $1; path = substr($0, length($1) + 2)
          if (path ~ /\/$/) { print "nested", 0, 0, 0, path; next }
          c = split(path, part, "/"); at = 0
          for (i = 1; i < c; i++) {
            sure = part[i] in is ? is[part[i]] : part[i] ~ /\.egg-info$|^cmake-build-/ ? 2 : 0
            if (sure == 2) { at = i; break }
            if (sure == 1 && at == 0) at = i
          }
          prefix = ""
          for (i = 1; i <= at; i++) prefix = prefix part[i] "/"
          if (c > 1 && (part[c] == "pyvenv.cfg" || part[c] == "CACHEDIR.TAG")) { marked[substr(path, 1, length(path) - length(part[c]))] = 1 }
          if (at > 0) {
            files[prefix]++; sum[prefix] += size
            if (path ~ /{{ToolTrees.Built}}/) built[prefix]++
            next
          }
          if (size > bytes) { print "file", 1, size, 0, path; next }
          prefix = ""
          for (i = 1; i < c && i <= 8; i++) { prefix = prefix part[i] "/"; inside[prefix]++; large[prefix] += size }
        }
        END {
          for (p in files) print "named", files[p], sum[p], built[p] + 0, p
          for (p in marked) print "marked", inside[p] + 0, large[p] + 0, 0, p
          for (p in inside) if (inside[p] > most || large[p] > bytes) print "folder", inside[p], large[p], 0, p
        }' | head -n {{MaxLines}} | while read -r kind files bytes built path; do
          tracked=0
          if [ $kind = named ] && [ -n "$root" ] && [ -n "$($git ls-tree "$root" -- "$path" 2>/dev/null | head -n 1)" ]; then tracked=1; fi
          echo "$kind $tracked $files $bytes $built $path"
        done
        """;

    /// <summary>What is neither committed nor ignored: the trees, and the paths that are repositories of their own.</summary>
    public static async Task<(IReadOnlyList<FoundTree> Trees, IReadOnlyList<string> Nested)> UntrackedAsync(SandboxGit git, CancellationToken cancellationToken)
    {
        var output = await git.RunAsync(
            "looking for new files",
            $"root=$($git rev-parse -q --verify HEAD || :)\n$git ls-files -o --exclude-standard -z | xargs -0 sh -c '{Sizes}' sh 2>/dev/null | {SumUp}",
            cancellationToken,
            apart: true).ConfigureAwait(false);
        return Read(output);
    }

    /// <summary>What a commit has that the base has not.</summary>
    public static async Task<IReadOnlyList<FoundTree>> AddedAsync(SandboxGit git, string? baseCommit, string commit, CancellationToken cancellationToken)
    {
        var output = await git.RunAsync(
            "looking for added files",
            $"root={baseCommit}\n$git -c core.quotePath=false diff --name-only --no-renames --diff-filter=A {baseCommit ?? GitGateway.Git.ObjectId.EmptyTree} {commit} -- | sed 's/^/0 /' | {SumUp}",
            cancellationToken,
            apart: true).ConfigureAwait(false);
        return Read(output).Trees;
    }

    private static (IReadOnlyList<FoundTree> Trees, IReadOnlyList<string> Nested) Read(string output)
    {
        var (trees, nested) = (new List<FoundTree>(), new List<string>());
        foreach (var line in output.Split('\n'))
        {
            if (line.Split(' ', 6) is not [var kind, var tracked, var files, var bytes, var built, { Length: > 0 } path])
                continue;
            if (kind == Nested)
                nested.Add(path);
            else if (Enum.TryParse<FoundKind>(kind, ignoreCase: true, out var found))
                trees.Add(new FoundTree(found, path, Number(files), Number(bytes), Number(built), tracked == "1"));
        }

        return (ToolTrees.Judge(trees), nested);
    }

    private static long Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number is >= 0 and < long.MaxValue ? (long)number : 0;
}
