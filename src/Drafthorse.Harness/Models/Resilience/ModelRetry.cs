namespace Drafthorse.Harness.Models.Resilience;

/// <summary>A further attempt at a model call.</summary>
/// <param name="Attempt">Which attempt it is; the first one is 1.</param>
/// <param name="MaxAttempts">How many there are at most.</param>
/// <param name="Wait">How long it is waited for.</param>
internal sealed record ModelRetry(int Attempt, int MaxAttempts, TimeSpan Wait);
