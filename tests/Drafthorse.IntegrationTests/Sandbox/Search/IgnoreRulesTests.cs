using System.Diagnostics;
using Drafthorse.Sandbox.Files;
using Drafthorse.Sandbox.Search;

namespace Drafthorse.IntegrationTests.Sandbox.Search;

/// <summary>Our reading of .gitignore against git's own and ripgrep's, on many small random trees.</summary>
public sealed class IgnoreRulesTests : IDisposable
{
    private static readonly string[] Names = ["a", "b", "c.log", "d.txt", "build", ".env", "e f", "x1", "[id]"];

    private static readonly string[] Rules =
    [
        "*.log", "!c.log", "/a", "a/", "build/", "!build/", "/build/*", "!/build/d.txt", "a/b", "a/**", "**/b", "a/**/x1", "**/build/**", "*.t?t", "x[0-9]", "x[!0-8]", "\\[id\\]",
        "[[:alpha:]]", "e\\ f", "e f", "d.txt ", "# comment", "\\#", "!", "/", "*", "!*/", "!*.txt", ".*", "**", "a*/b", "/*/b", "!a", "b/", "*/c.log", "build/**/d.txt", "\\a", "[a", "a\\", "a//b", "**a", "x**", "!/*",
    ];

    private readonly string _root = Directory.CreateTempSubdirectory("drafthorse-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Glob_RandomTrees_FindsWhatGitDoesNotIgnore()
    {
        for (var seed = 0; seed < 150; seed++)
        {
            var tree = MakeTree(seed);
            var files = new SearchHandlers(new FileRoots([tree], tree));

            var ours = files.Glob(new GlobRequest { Pattern = "**", Limit = 5_000 }, TestContext.Current.CancellationToken).Paths;
            var gits = Run(tree, "git", "ls-files", "--others", "--exclude-standard", "-z").Split('\0', StringSplitOptions.RemoveEmptyEntries);

            Assert.True(gits.Order(StringComparer.Ordinal).SequenceEqual(ours.Order(StringComparer.Ordinal)), Explain(seed, tree, ours, gits));
        }
    }

    [Fact]
    public void Grep_RandomTrees_FindsWhatRipgrepFinds()
    {
        string[] patterns = ["needle", "^n.*e$", "(?i)NEEDLE", "\\bx\\d+", "e{2}", "hay|needle", "[^n]eed"];
        for (var seed = 0; seed < 40; seed++)
        {
            // ripgrep reads some odd patterns in its own way, so this tree has plain ones.
            var tree = MakeTree(seed, Rules.Take(12));
            var search = new SearchHandlers(new FileRoots([tree], tree));
            var pattern = patterns[seed % patterns.Length];

            var ours = search.Grep(new GrepRequest { Pattern = pattern, Limit = 2_000 }, TestContext.Current.CancellationToken)
                .Files.SelectMany(file => file.Lines.Select(line => $"{file.Path}:{line.Number}:{line.Text}"));
            var theirs = Run(tree, "rg", "-n", "--no-heading", "--hidden", "--sort", "path", "-g", "!.git", "-e", pattern, ".")
                .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.StartsWith("./", StringComparison.Ordinal) ? line[2..] : line);

            Assert.Equal(theirs.Order(StringComparer.Ordinal), ours.Order(StringComparer.Ordinal));
        }
    }

    private string MakeTree(int seed, IEnumerable<string>? rules = null)
    {
        var random = new Random(seed);
        var pool = (rules ?? Rules).ToArray();
        var tree = Path.Combine(_root, seed.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Directory.CreateDirectory(tree);
        Run(tree, "git", "init", "-q");
        Fill(tree, 0);
        if (random.Next(4) == 0)
        {
            File.WriteAllText(Path.Combine(tree, ".git/info/exclude"), Pick());
        }

        return tree;

        void Fill(string folder, int depth)
        {
            foreach (var name in Names.Where(_ => random.Next(10) < 6))
            {
                var path = Path.Combine(folder, name);
                if (depth < 3 && random.Next(3) == 0)
                {
                    Directory.CreateDirectory(path);
                    Fill(path, depth + 1);
                }
                else
                {
                    File.WriteAllText(path, string.Join('\n', Enumerable.Range(0, random.Next(5)).Select(_ => random.Next(3) switch { 0 => "needle", 1 => $"hay x{random.Next(9)}", _ => "a needle in hay" })) + "\n");
                }
            }

            if (depth == 0 || random.Next(3) == 0)
            {
                File.WriteAllText(Path.Combine(folder, ".gitignore"), Pick());
            }
        }

        string Pick() => string.Join(random.Next(5) == 0 ? "\r\n" : "\n", Enumerable.Range(0, random.Next(1, 6)).Select(_ => pool[random.Next(pool.Length)])) + "\n";
    }

    private static string Explain(int seed, string tree, IEnumerable<string> ours, IEnumerable<string> gits) =>
        $"seed {seed}: only ours [{string.Join(", ", ours.Except(gits))}], only git's [{string.Join(", ", gits.Except(ours))}]\n"
        + string.Join('\n', Directory.GetFiles(tree, ".gitignore", SearchOption.AllDirectories).Select(file => $"{file[tree.Length..]}: {string.Join(" | ", File.ReadAllLines(file))}"));

    private static string Run(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true };
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }
}
