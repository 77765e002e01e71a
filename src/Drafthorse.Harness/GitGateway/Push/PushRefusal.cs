namespace Drafthorse.Harness.GitGateway.Push;

/// <summary>Why a push does not go through: a sentence that says what to do instead.</summary>
internal sealed record PushRefusal(string Reason)
{
    public IReadOnlyList<string> ProtectedPaths { get; init; } = [];
}
