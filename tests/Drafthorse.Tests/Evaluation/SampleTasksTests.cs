using Drafthorse.Evaluation;
using Drafthorse.Evaluation.Results;
using Drafthorse.Evaluation.Runs;
using Drafthorse.Evaluation.Tasks;

namespace Drafthorse.Tests.Evaluation;

/// <summary>The sample tasks that are named as needing a feature, in the local sandbox.</summary>
public sealed class SampleTasksTests : IDisposable
{
    private readonly EvalFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Without_EachFeature_LosesExactlyTheTasksThatNeedIt()
    {
        var samples = Path.Combine(RepositoryRoot(), "samples", "eval");
        var tasks = TaskSuite.Read(samples, Features.Names).Tasks.Where(task => task.Needs.Count > 0).ToList();
        foreach (var task in tasks)
            Copy(Path.Combine(samples, task.Name), Path.Combine(_folder.Suite, task.Name));
        string[][] leftOut = [[], .. Features.Names.Select(name => (string[])[name])];
        var output = Path.Combine(_folder.Root, "out");

        await _folder.RunAsync(
            new EvalOptions { Tasks = _folder.Suite, Variants = [.. leftOut.Select(names => Variant.Create(null, names))], Repeat = 1, Parallel = 4, Sandbox = "local", Output = output }, new StringWriter());

        using var results = ResultsFile.Open(output);
        Assert.Equal(Features.Names.Order(), tasks.SelectMany(task => task.Needs).Distinct().Order());
        foreach (var names in leftOut)
        {
            var label = Variant.Create(null, names).Label;
            Assert.Equal(
                tasks.Where(task => task.Needs.Intersect(names).Any()).Select(task => task.Name).Order(),
                results.Results.Where(result => result.Variant == label && result.Outcome != RepetitionOutcome.Solved).Select(result => result.Task).Order());
            Assert.Equal(tasks.Count, results.Results.Count(result => result.Variant == label));
        }
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private static string RepositoryRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Drafthorse.slnx")))
            directory = directory.Parent ?? throw new InvalidOperationException("The tests run outside of the repository.");
        return directory.FullName;
    }
}
