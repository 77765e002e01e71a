using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models.Http.Requests;

/// <summary>How vendors call the effort of reasoning.</summary>
internal static class ReasoningEfforts
{
    public static string NameOf(ReasoningEffort effort) => effort switch
    {
        ReasoningEffort.None => "none",
        ReasoningEffort.Low => "low",
        ReasoningEffort.Medium => "medium",
        ReasoningEffort.High => "high",
        _ => "xhigh",
    };
}
