using System.Diagnostics;
using Drafthorse.Sandbox.Files;
using Drafthorse.Sandbox.Search;

namespace Drafthorse.IntegrationTests.Sandbox.Search;

/// <summary>A tree of 5,000 source files, searched in a time that a person does not notice.</summary>
public sealed class GrepSpeedTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("drafthorse-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Grep_FiveThousandFiles_IsQuick()
    {
        for (var i = 0; i < 5_000; i++)
        {
            var folder = Path.Combine(_root, $"m{i % 50}", $"p{i % 7}");
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, $"f{i}.cs"), string.Concat(Enumerable.Range(0, 150).Select(line => $"    public int Value{line} => Compute({i}, {line}); // some words in a comment\n")) + (i % 500 == 0 ? "needle = 42\n" : ""));
        }

        File.WriteAllText(Path.Combine(_root, ".gitignore"), "bin/\nobj/\n*.log\n!keep.log\n/build\n");
        var search = new SearchHandlers(new FileRoots([_root], _root));
        foreach (var (pattern, ignoreCase) in new[] { ("needle", false), ("needle\\s*=\\s*\\d+", false), ("NEEDLE", true), ("(foo|bar|needle) =", false), ("(?<!x)needle", false) })
        {
            var best = TimeSpan.MaxValue;
            for (var round = 0; round < 3; round++)
            {
                var started = Stopwatch.GetTimestamp();
                var result = search.Grep(new GrepRequest { Pattern = pattern, IgnoreCase = ignoreCase }, TestContext.Current.CancellationToken);
                best = Stopwatch.GetElapsedTime(started) is var elapsed && elapsed < best ? elapsed : best;
                Assert.Equal(10, result.Matches);
            }

            TestContext.Current.SendDiagnosticMessage($"grep {pattern}: {best.TotalMilliseconds:0} ms over 5,000 files");
            Assert.True(best < TimeSpan.FromSeconds(5), $"{pattern} took {best}");
        }
    }
}
