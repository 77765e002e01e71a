using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.GitGateway.Push.Leaving;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Drafts;

/// <summary>A commit that leaves only when a person agrees.</summary>
/// <param name="Commit">The commit. An answer holds for it and no other.</param>
/// <param name="Findings">What the gateway found in it.</param>
internal sealed record HeldPush(string Commit, IReadOnlyList<PushFinding> Findings)
{
    private const int MaxShown = 100;

    /// <summary>The files, each once.</summary>
    public IReadOnlyList<string> Paths => [.. Findings.Select(finding => finding.Path).Distinct(StringComparer.Ordinal)];

    /// <summary>The files in words.</summary>
    public string Names => string.Join(", ", Paths.Take(5).Select(path => Printable.Line(path, 100))) + (Paths.Count > 5 ? $" and {Paths.Count - 5} more" : "");

    /// <summary>What people are asked: the same for the same commit with the same findings.</summary>
    public ApprovalRequest RequestOn(string branch) => new()
    {
        Kind = ApprovalKinds.Push,
        Title = $"push {Names}",
        Text = $"Commit {Commit} is to be pushed to the branch {branch}. What code found in it:\n\n"
            + string.Join('\n', Findings.Take(MaxShown).Select(finding => $"* {finding.Line}"))
            + (Findings.Count > MaxShown ? $"\n* and {Findings.Count - MaxShown} more findings" : ""),
    };
}
