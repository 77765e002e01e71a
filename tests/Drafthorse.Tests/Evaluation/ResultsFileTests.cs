using Drafthorse.Evaluation.Results;

namespace Drafthorse.Tests.Evaluation;

public sealed class ResultsFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("drafthorse-eval-test-");

    private string File => Path.Combine(_folder.FullName, ResultsFile.FileName);

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Add_Results_AreThereWhenOpenedAgain()
    {
        using (var results = ResultsFile.Open(_folder.FullName))
        {
            results.Add(new RepetitionResult { Task = "a", Repetition = 1, Outcome = RepetitionOutcome.Solved, CostUsd = 0.25m });
            results.Add(new RepetitionResult { Task = "b", Repetition = 1, Outcome = RepetitionOutcome.Infrastructure, Reason = "two\nlines\u2028\u001b[31m" });
        }

        using var again = ResultsFile.Open(_folder.FullName);

        Assert.Equal(["a", "b"], again.Results.Select(result => result.Task));
        Assert.Equal((RepetitionOutcome.Solved, 0.25m), (again.Results[0].Outcome, again.Results[0].CostUsd));
        Assert.Equal((RepetitionOutcome.Infrastructure, (decimal?)null, "two\nlines\u2028\u001b[31m"), (again.Results[1].Outcome, again.Results[1].CostUsd, again.Results[1].Reason));
    }

    [Theory]
    [InlineData("{\"task\":\"b\",\"outcome\":\"sol")]
    [InlineData("{\"task\":\"b\",\"outcome\":\"solved\"}")]
    [InlineData("{\"task\":\"é漢")]
    public void Open_LastLineWasCutOff_IsTakenAway(string cut)
    {
        System.IO.File.WriteAllText(File, $"{{\"task\":\"é漢\",\"outcome\":\"solved\"}}\n{cut}");
        System.IO.File.WriteAllBytes(File, System.IO.File.ReadAllBytes(File)[..^1]);

        using (var results = ResultsFile.Open(_folder.FullName))
            results.Add(new RepetitionResult { Task = "c" });

        using var again = ResultsFile.Open(_folder.FullName);
        Assert.Equal(["é漢", "c"], again.Results.Select(result => result.Task));
    }

    [Fact]
    public void Open_LinesThatAreNoResults_DoNotCountAndAreNamed()
    {
        System.IO.File.WriteAllText(File, "nonsense\n{\"task\":\"a\",\"outcome\":\"solved\"}\n{\"outcome\":\"glorious\"}\n{\"task\":\"\\ud800\"}\n[1]\n");

        using var results = ResultsFile.Open(_folder.FullName);

        Assert.Contains("a", results.Results.Select(result => result.Task));
        Assert.Contains("results.jsonl, line 1 is no result and does not count.", results.Problems);
    }

    [Fact]
    public void Open_WhileAnotherHasIt_Fails()
    {
        using var results = ResultsFile.Open(_folder.FullName);

        Assert.ThrowsAny<IOException>(() => ResultsFile.Open(_folder.FullName));
    }

    [Fact]
    public void Archive_Results_AreKeptAside()
    {
        using var results = ResultsFile.Open(_folder.FullName);
        results.Add(new RepetitionResult { Task = "a" });

        var aside = results.Archive(DateTimeOffset.UnixEpoch);
        results.Add(new RepetitionResult { Task = "b" });

        Assert.Equal("results-19700101-000000.jsonl", Path.GetFileName(aside));
        Assert.Contains("\"task\":\"a\"", System.IO.File.ReadAllText(aside), StringComparison.Ordinal);
        Assert.Equal("b", Assert.Single(results.Results).Task);
    }
}
