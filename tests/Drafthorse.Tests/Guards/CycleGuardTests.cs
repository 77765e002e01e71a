using Drafthorse.Harness;
using Drafthorse.Harness.Guards;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Tests.Guards;

public sealed class CycleGuardTests
{
    [Theory]
    [InlineData("aaaaa", "--w-s")]
    [InlineData("ababababab", "-----w---s")]
    [InlineData("abcabcabcabcabc", "--------w-----s")]
    [InlineData("abcdabcdabcdabcdabcd", "-----------w-------s")]
    [InlineData("xyababababab", "-------w---s")]
    [InlineData("abcdeabcdeabcdeabcdeabcde", "-------------------------")]
    [InlineData("ab.abab.abab", "------------")]
    [InlineData("aababaabab", "----------")]
    [InlineData("aa.aa", "-----")]
    public void Observe_Cycle_WarnsThreeTimesOver_StopsFiveTimesOver(string steps, string verdicts) =>
        Assert.Equal(verdicts, Verdicts(new CycleGuard(new ModelCallLimit()), steps));

    [Theory]
    [InlineData(0, "------------")]
    [InlineData(1, "------------")]
    [InlineData(2, "-----w---sss")]
    public void Observe_LongestCycle_IsAnOption(int longest, string verdicts) =>
        Assert.Equal(verdicts, Verdicts(new CycleGuard(new ModelCallLimit { LongestCycle = longest }), "abababababab"));

    [Fact]
    public void Observe_TheSameCallMoreOftenInOneStep_IsTheSameStep()
    {
        var guard = new CycleGuard(new ModelCallLimit());

        guard.Observe([Call("a")]);
        guard.Observe([Call("a"), Call("a")]);

        Assert.Equal(LoopVerdict.Warn, guard.Observe([Call("a"), Call("a"), Call("a")]));
    }

    /// <summary>A dot is a reply without calls.</summary>
    private static string Verdicts(CycleGuard guard, string steps) => string.Concat(steps.Select(step => guard.Observe(step == '.' ? [ContentBlock.OfText("x")] : [Call($"{step}")]) switch
    {
        LoopVerdict.Warn => 'w',
        LoopVerdict.Stop => 's',
        _ => '-',
    }));

    private static ContentBlock Call(string name) => new() { Kind = "tool_call", Name = name, Arguments = "{}" };
}
