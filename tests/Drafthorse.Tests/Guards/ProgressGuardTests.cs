using Drafthorse.Harness;
using Drafthorse.Harness.Guards;

namespace Drafthorse.Tests.Guards;

public sealed class ProgressGuardTests
{
    private readonly Queue<string?> _trees = new();
    private int _looks;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Steps_WithoutAnythingNew_WarnAtTwelve_StopAtTwentyFour()
    {
        var verdicts = await ObserveAsync(1 + 24, _ => new StepCall("look", ToolEffect.Read, "the same", false));

        Assert.Equal((12, 24), (verdicts.IndexOf(LoopVerdict.Warn), verdicts.IndexOf(LoopVerdict.Stop)));
        Assert.Single(verdicts, LoopVerdict.Warn);
        Assert.Equal(0, _looks);
    }

    [Theory]
    [InlineData("read_file")]
    [InlineData("grep_files")]
    public async Task Steps_WithNewResults_GoOn(string tool) =>
        Assert.All(await ObserveAsync(30, step => new StepCall(tool, ToolEffect.Read, $"line {step}", false)), verdict => Assert.Equal(LoopVerdict.GoOn, verdict));

    [Fact]
    public async Task Steps_ThatChangeFiles_GoOn() =>
        Assert.All(await ObserveAsync(30, _ => new StepCall("edit_file", ToolEffect.Write, "Edited.", false)), verdict => Assert.Equal(LoopVerdict.GoOn, verdict));

    [Theory]
    [InlineData("edit_file", ToolEffect.Write, true)]
    [InlineData("todo_write", ToolEffect.Read, false)]
    [InlineData("read_file", ToolEffect.Read, true)]
    public async Task Steps_ThatFail_OrOnlyPlan_AreNoProgress_WhateverTheySay(string tool, ToolEffect effect, bool isError) =>
        Assert.Contains(LoopVerdict.Stop, await ObserveAsync(25, step => new StepCall(tool, effect, $"{step} {Guid.NewGuid()}", isError)));

    [Fact]
    public async Task Command_WhoseResultDiffersByTheClockAlone_IsNothingNew()
    {
        for (var look = 0; look < 10; look++)
            _trees.Enqueue("t");

        var verdicts = await ObserveAsync(25, step => Shell($"3 failed in {step}.{step} s at 12:00:{step:00}\n[exit code 1, {step}.0 s]"));

        Assert.Equal(12, verdicts.IndexOf(LoopVerdict.Warn));
    }

    [Fact]
    public async Task Command_WithAnotherTestResult_IsProgress() =>
        Assert.All(await ObserveAsync(30, step => Shell($"{30 - step} failed in 1.0 s")), verdict => Assert.Equal(LoopVerdict.GoOn, verdict));

    [Fact]
    public async Task SilentCommands_ThatChangeTheTree_AreProgress_AndItIsLookedAtSeldom()
    {
        for (var look = 0; look < 30; look++)
            _trees.Enqueue($"tree {look}");

        var verdicts = await ObserveAsync(40, _ => Shell("[exit code 0, 0.0 s]"));

        Assert.All(verdicts, verdict => Assert.Equal(LoopVerdict.GoOn, verdict));
        Assert.InRange(_looks, 2, 12);
    }

    [Fact]
    public async Task SilentCommands_WhereNobodyCanSeeTheTree_AreNotCounted() =>
        Assert.All(await ObserveAsync(40, _ => Shell("[exit code 0, 0.0 s]")), verdict => Assert.Equal(LoopVerdict.GoOn, verdict));

    [Fact]
    public async Task Zero_TurnsItOff()
    {
        var guard = new ProgressGuard(new ModelCallLimit { WarnAfterStepsWithoutProgress = 0 }, _ => Task.FromResult<string?>(null));

        for (var step = 0; step < 50; step++)
            Assert.Equal(LoopVerdict.GoOn, await guard.ObserveAsync([new StepCall("look", ToolEffect.Read, "x", false)], Ct));
    }

    private static StepCall Shell(string result) => new("execute", ToolEffect.Write, result, false);

    private async Task<List<LoopVerdict>> ObserveAsync(int steps, Func<int, StepCall> call)
    {
        var guard = new ProgressGuard(new ModelCallLimit(), _ =>
        {
            _looks++;
            return Task.FromResult(_trees.TryDequeue(out var tree) ? tree : null);
        });
        var verdicts = new List<LoopVerdict>();
        for (var step = 0; step < steps; step++)
            verdicts.Add(await guard.ObserveAsync([call(step)], Ct));
        return verdicts;
    }
}
