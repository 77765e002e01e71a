using System.Diagnostics;
using System.Text;

namespace Drafthorse.Tests.GitGateway.Histories;

/// <summary>A repository with made-up histories in it, and git's own word on what merges and rebases would do.</summary>
internal sealed class HistoryRepository : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("drafthorse-histories-");
    private string[] _ids = [];

    public string Folder => _folder.FullName;

    public string GitDirectory => Path.Combine(Folder, ".git");

    public async Task ImportAsync(string stream)
    {
        await ShellAsync("git init --quiet --template= . && git fast-import --quiet --force --export-marks=../marks-$$ && mv ../marks-$$ .git/marks", stream);
        var marks = await File.ReadAllLinesAsync(Path.Combine(GitDirectory, "marks"), TestContext.Current.CancellationToken);
        _ids = new string[marks.Length + 1];
        foreach (var mark in marks.Select(line => line[1..].Split(' ')))
            _ids[int.Parse(mark[0], System.Globalization.CultureInfo.InvariantCulture)] = mark[1];
    }

    public string IdOf(MadeCommit commit) => _ids[commit.Mark];

    /// <summary>The tree of each merge (of the second into the first), or null where git sees a conflict.</summary>
    public Task<string?[]> MergeAsync(IEnumerable<(string Into, string Branch)> pairs) => OutcomesAsync(
        pairs, """if tree=$(git merge-tree --write-tree --no-messages $into $branch 2>/dev/null); then echo $tree; else echo -; fi""");

    /// <summary>The tree after each rebase (of the second onto the first), or null where git sees a conflict.</summary>
    public Task<string?[]> RebaseAsync(IEnumerable<(string Into, string Branch)> pairs) => OutcomesAsync(
        pairs,
        """
        git checkout --quiet --force --detach $branch >/dev/null 2>&1 && git clean -qfdx
        if git rebase --quiet --onto $into $into >/dev/null 2>&1; then git rev-parse HEAD^{tree}; else git rebase --abort >/dev/null 2>&1; echo -; fi
        """);

    /// <summary>The paths that differ in each pair of trees.</summary>
    public async Task<IReadOnlyList<IReadOnlyList<string>>> DifferencesAsync(IReadOnlyList<(string From, string To)> pairs)
    {
        var output = await ShellAsync("git diff-tree --stdin -r --raw --no-renames --always", string.Concat(pairs.Select(pair => $"{pair.From} {pair.To}\n")));
        var all = new List<IReadOnlyList<string>>();
        List<string>? paths = null;
        foreach (var line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line[0] == ':')
                paths!.Add(line.Split('\t')[1]);
            else
                all.Add(paths = []);
        }

        Assert.Equal(pairs.Count, all.Count);
        return all;
    }

    public async Task<string[]> TreesAsync(IEnumerable<string> commits) =>
        (await ShellAsync("while read commit; do echo \"$commit^{tree}\"; done | git cat-file --batch-check='%(objectname)'", string.Concat(commits.Select(commit => commit + "\n"))))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task<string?[]> OutcomesAsync(IEnumerable<(string Into, string Branch)> pairs, string outcome)
    {
        var output = await ShellAsync($"while read into branch; do\n{outcome}\ndone", string.Concat(pairs.Select(pair => $"{pair.Into} {pair.Branch}\n")));
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line == "-" ? null : line)];
    }

    public async Task<string> ShellAsync(string script, string input = "")
    {
        var start = new ProcessStartInfo("/bin/sh")
        {
            WorkingDirectory = Folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(script);
        foreach (var (name, value) in (ReadOnlySpan<(string, string)>)[
            ("HOME", Folder), ("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_AUTHOR_NAME", "A"), ("GIT_AUTHOR_EMAIL", "a@example.org"), ("GIT_COMMITTER_NAME", "A"),
            ("GIT_COMMITTER_EMAIL", "a@example.org"), ("GIT_EDITOR", "true"), ("LC_ALL", "C")])
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.StandardInput.BaseStream.WriteAsync(Encoding.UTF8.GetBytes(input), TestContext.Current.CancellationToken);
        process.StandardInput.Close();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, await error);
        return await output;
    }
}
