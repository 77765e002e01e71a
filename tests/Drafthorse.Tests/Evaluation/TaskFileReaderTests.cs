using Drafthorse.Evaluation.Runs;
using Drafthorse.Evaluation.Tasks;

namespace Drafthorse.Tests.Evaluation;

public sealed class TaskFileReaderTests
{
    private const string Commit = "0123456789abcdef0123456789abcdef01234567";

    [Fact]
    public void Read_Whole_IsWhatItSays()
    {
        var task = Read($"""
            name: one
            prompt: |
              Mend it.
              Please.
            repository:
              mirror: acme/app
              commit: {Commit}
            language: Go
            needs: [todos, compaction]
            limits:
              steps: 7
              minutes: 1.5
              costUsd: 0.25
              checkSeconds: 9
            """);

        Assert.Equal(("one", "Mend it.\nPlease.", "Go"), (task.Name, task.Prompt.TrimEnd(), task.Language));
        Assert.Equal(new TaskSource(TaskSourceKind.Mirror, "acme/app", Commit), task.Source);
        Assert.Equal(["todos", "compaction"], task.Needs);
        Assert.Equal(new TaskLimits { Steps = 7, Time = TimeSpan.FromSeconds(90), CostUsd = 0.25m, CheckTime = TimeSpan.FromSeconds(9) }, task.Limits);
    }

    [Theory]
    [InlineData("repository: {folder: a}\n", "line 1: the member 'prompt' is missing.")]
    [InlineData("prompt: x\n", "line 1: the member 'repository' is missing.")]
    [InlineData("prompt: x\nrepository: {folder: a}\npromt: y\n", "line 3: there is no member 'promt'")]
    [InlineData("prompt: x\nrepository: {folder: a}\nlimits:\n  step: 3\n", "line 4: there is no member 'step' of limits")]
    [InlineData("prompt: x\nrepository: {folder: a}\nlimits:\n  steps: many\n", "line 4: steps must be a whole number from 1 to 10000.")]
    [InlineData("prompt: x\nrepository: {folder: a}\nlimits: {checkSeconds: 99999}\n", "line 3: checkSeconds must be a whole number from 1 to 3600.")]
    [InlineData("prompt: ''\nrepository: {folder: a}\n", "line 1: prompt must be")]
    [InlineData("prompt: x\nrepository: {folder: ../../etc}\n", "line 2: folder must be a name in the task's own folder")]
    [InlineData("prompt: x\nrepository: {folder: /etc}\n", "line 2: folder must be a name")]
    [InlineData("prompt: x\nrepository: {folder: ..}\n", "line 2: folder must be a name")]
    [InlineData("prompt: x\nrepository: {mirror: a/../../b, commit: x}\n", "line 2: mirror must be")]
    [InlineData("prompt: x\nrepository: {bundle: a.bundle}\n", "line 2: a bundle needs the commit")]
    [InlineData("prompt: x\nrepository: {bundle: a.bundle, commit: --upload-pack=x}\n", "line 2: commit must be a whole commit id")]
    [InlineData("prompt: x\nrepository: {folder: a, commit: x}\n", "line 2: a folder has one commit only")]
    [InlineData("prompt: x\nrepository: {folder: a, bundle: b}\n", "line 2: repository needs exactly one of")]
    [InlineData("prompt: x\nrepository: here\n", "line 2: repository must hold")]
    [InlineData("name: ../../x\nprompt: x\nrepository: {folder: a}\n", "line 1: name must be")]
    [InlineData("prompt: x\nrepository: {folder: a}\nneeds: [magic]\n", "line 3: needs must be one of")]
    [InlineData("prompt: [a\n", "not valid YAML")]
    [InlineData("prompt: &a x\nrepository: {folder: *a}\n", "anchors")]
    [InlineData("- a\n", "line 1: the file must hold")]
    public void Read_Mistake_IsNamedWithItsLine(string text, string expected)
    {
        var problem = Assert.Throws<TaskException>(() => Read(text));

        Assert.StartsWith("task.yml, line ", problem.Message, StringComparison.Ordinal);
        Assert.Contains(expected, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_SeveralMistakes_AreAllNamed()
    {
        var problem = Assert.Throws<TaskException>(() => Read("promt: x\nlanguage: [a]\n"));

        Assert.Equal(4, problem.Message.Split('\n').Length);
    }

    private static TaskFile Read(string text) => new TaskFileReader(text, Features.Names).Read();
}
