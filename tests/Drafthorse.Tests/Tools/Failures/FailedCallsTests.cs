using Drafthorse.Harness;
using Drafthorse.Harness.Diagnostics;

namespace Drafthorse.Tests.Tools.Failures;

public sealed class FailedCallsTests
{
    private static readonly ToolOutput Wrong = ToolOutput.Error("wrong", ToolErrorClass.NoMatch);
    private readonly FailedCalls _calls = new(new ModelCallLimit { StopAfterFailedCalls = 3 }, _ => { });

    [Fact]
    public void Count_WrongInARow_TellsWhatIsLeftAndThenStops()
    {
        Assert.Single(_calls.Count("edit_file", Wrong).Content);
        Assert.StartsWith("[1 attempt left", _calls.Count("edit_file", Wrong).Content[^1].Text, StringComparison.Ordinal);
        Assert.Null(_calls.Excess);
        Assert.StartsWith("[no attempt left", _calls.Count("edit_file", Wrong).Content[^1].Text, StringComparison.Ordinal);
        Assert.Equal("the model's calls of edit_file were wrong 3 times in a row", _calls.Excess);
    }

    [Fact]
    public void Count_RightInBetween_BeginsAnew()
    {
        _calls.Count("edit_file", Wrong);
        _calls.Count("edit_file", Wrong);
        _calls.Count("edit_file", ToolOutput.Text("Updated"));

        Assert.Single(_calls.Count("edit_file", Wrong).Content);
    }

    [Fact]
    public void Count_ErrorsThatAreNotTheModels_AreNotHeldAgainstIt()
    {
        for (var i = 0; i < 10; i++)
        {
            Assert.Single(_calls.Count("execute", ToolOutput.Error("slow", ToolErrorClass.TimedOut)).Content);
        }

        Assert.Null(_calls.Excess);
    }

    [Fact]
    public void Count_AnotherNameEachTime_IsOneCountOfUnknownTools()
    {
        for (var i = 0; i < 3; i++)
        {
            _calls.Count("", ToolOutput.Error("none", ToolErrorClass.UnknownTool));
        }

        Assert.Equal("the model called tools that do not exist 3 times in a row", _calls.Excess);
    }

    [Fact]
    public void Rates_MoreThanThreePercentInAnHour_AreToldOncePerHourAndModel()
    {
        var rates = new InvalidCallRates();
        var now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        double? Count(int calls, bool isInvalid, string model = "m")
        {
            double? told = null;
            for (var i = 0; i < calls; i++)
            {
                told ??= rates.Count(model, isInvalid, now);
            }

            return told;
        }

        Assert.Null(Count(40, isInvalid: true, "few"));
        Assert.Null(Count(97, isInvalid: false));
        Assert.Null(Count(3, isInvalid: true));
        Assert.Equal(4 / 101.0, Count(1, isInvalid: true));
        Assert.Null(Count(50, isInvalid: true));
        now += TimeSpan.FromMinutes(61);
        Assert.Null(Count(49, isInvalid: true));
        Assert.Equal(1, Count(1, isInvalid: true));
    }
}
