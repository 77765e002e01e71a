using Drafthorse.Composition;
using Drafthorse.Harness;

namespace Drafthorse.Evaluation.Runs;

/// <summary>The features whose worth can be measured by leaving one out: one table from the name to the option that does it.</summary>
internal static class Features
{
    private static readonly Dictionary<string, Func<PlatformOptions, PlatformOptions>> Switches = new(StringComparer.Ordinal)
    {
        ["brief"] = options => options with { Adjust = options.Adjust + (builder => builder.UseEnvironmentBrief(new EnvironmentBriefOptions { Enabled = false })) },
        ["todos"] = options => options with { Adjust = options.Adjust + (builder => builder.UseTodos(new TodoOptions { Enabled = false })) },
        ["done-gate"] = options => options with { DoneGate = null },
        ["tool-contract"] = options => options with { DeclaresToolsByFamily = false },
        ["guards"] = options => options with { Limit = WithoutGuards(options.Limit) },
        ["compaction"] = options => options with { Adjust = options.Adjust + (builder => builder.UseCompaction(new CompactionOptions { Enabled = false })) },
        ["head-room"] = options => options with { HasHeadRoom = false },
    };

    public static IReadOnlyCollection<string> Names => Switches.Keys;

    /// <summary>Why a feature cannot be left out, or null when it can.</summary>
    public static string? WhyNot(string name) =>
        Switches.ContainsKey(name) ? null : $"there is no feature {name}; the features are {string.Join(", ", Names)}.";

    /// <summary>The options without these features.</summary>
    public static PlatformOptions Without(PlatformOptions options, IEnumerable<string> names) => names.Aggregate(options, (left, name) => Switches[name](left));

    private static ModelCallLimit WithoutGuards(ModelCallLimit limit) => new()
    {
        MaxCalls = limit.MaxCalls,
        MaxDuration = limit.MaxDuration,
        WarnAfterIdenticalCalls = int.MaxValue,
        StopAfterIdenticalCalls = int.MaxValue,
        LongestCycle = 0,
        WarnAfterStepsWithoutProgress = 0,
        StopAfterFailedCalls = int.MaxValue,
    };
}
