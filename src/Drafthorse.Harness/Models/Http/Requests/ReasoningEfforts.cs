using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models.Http.Requests;

/// <summary>How vendors call the effort of reasoning.</summary>
internal static class ReasoningEfforts
{
    private static readonly string[] All = ["none", "low", "medium", "high", "xhigh"];

    /// <summary>The effort's name; where a family does not take it, the nearest that it takes.</summary>
    /// <param name="effort">What was asked for.</param>
    /// <param name="taken">What the family takes; empty is all.</param>
    public static string NameOf(ReasoningEffort effort, IReadOnlyList<string> taken)
    {
        var wanted = Math.Clamp((int)effort, 0, All.Length - 1);
        return taken.Count == 0 ? All[wanted] : taken.MinBy(name => Math.Abs(Array.IndexOf(All, name) - wanted))!;
    }
}
