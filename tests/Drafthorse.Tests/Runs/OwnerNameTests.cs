using System.Diagnostics;
using Drafthorse.Harness.Runs;

namespace Drafthorse.Tests.Runs;

public sealed class OwnerNameTests
{
    [Fact]
    public void New_TwoNames_Differ() => Assert.NotEqual(OwnerName.New(), OwnerName.New());

    [Fact]
    public void IsGone_ThisProcess_IsNot() => Assert.False(OwnerName.IsGone(OwnerName.New()));

    [Fact]
    public void IsGone_ProcessThatEnded_Is()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux tells when a process began.");
        using var ended = Process.Start("true");
        ended.WaitForExit();

        Assert.True(OwnerName.IsGone(WithPart(1, $"{ended.Id}")));
    }

    [Fact]
    public void IsGone_WorkerWhoseProcessEnded_Is()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux tells when a process began.");
        using var ended = Process.Start("true");
        ended.WaitForExit();

        Assert.True(OwnerName.IsGone(WithPart(1, $"{ended.Id}", new ThreadWorkerOptions().Owner)));
    }

    [Fact]
    public void IsGone_IdThatAnotherProcessHasNow_Is()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux tells when a process began.");
        var name = OwnerName.New();
        var began = name.Split(':')[2];

        Assert.True(OwnerName.IsGone(WithPart(2, $"1{began}")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("machine:1:abc")]
    [InlineData("machine:99999999:1@elsewhere:abc")]
    [InlineData("machine:x:1@elsewhere:abc")]
    public void IsGone_NameOfElsewhereOrOfAnotherForm_CannotBeTold(string owner) => Assert.False(OwnerName.IsGone(owner));

    [Fact]
    public void IsGone_EndedProcessOfAnotherKernel_CannotBeTold()
    {
        using var ended = Process.Start("true");
        ended.WaitForExit();
        var parts = WithPart(1, $"{ended.Id}").Split(':');
        parts[2] = $"{parts[2].Split('@')[0]}@0123456789abcdef";

        Assert.False(OwnerName.IsGone(string.Join(':', parts)));
    }

    private static string WithPart(int at, string part, string? name = null)
    {
        var parts = (name ?? OwnerName.New()).Split(':');
        parts[at] = part;
        return string.Join(':', parts);
    }
}
