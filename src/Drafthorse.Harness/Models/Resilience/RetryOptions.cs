namespace Drafthorse.Harness.Models;

/// <summary>How a model call is repeated.</summary>
public sealed class RetryOptions
{
    /// <summary>Calls in all, the first one included.</summary>
    public int MaxAttempts { get; init; } = 3;

    /// <summary>The shortest wait before a further attempt; doubled each time, and lengthened by up to as much again at random.</summary>
    public TimeSpan MinDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest wait that backing off leads to.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest <c>Retry-After</c> that is waited for; a longer one ends the attempts, so that a fallback takes over.</summary>
    public TimeSpan MaxRetryAfter { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The longest silence of a model, before and within its answer (default 5 min).</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The longest one attempt may take, from request to the end of its answer (default 60 min): an answer may stream as long as it
    /// streams.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(60);

    /// <summary>Numbers from 0 to 1 for the jitter.</summary>
    public Func<double> Random { get; init; } = System.Random.Shared.NextDouble;
}
