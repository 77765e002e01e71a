using Drafthorse.Harness.GitGateway.Push.Leaving;

namespace Drafthorse.Harness.GitGateway.Push;

/// <summary>Why a push does not go through: a sentence that says what to do instead.</summary>
internal sealed record PushRefusal(string Reason)
{
    public IReadOnlyList<string> ProtectedPaths { get; init; } = [];

    /// <summary>What a person may let through, for this very commit; empty when nobody can.</summary>
    public IReadOnlyList<PushFinding> Findings { get; init; } = [];
}
