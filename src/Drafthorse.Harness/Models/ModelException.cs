using Drafthorse.Harness.Models.Http.Errors;

namespace Drafthorse.Harness.Models;

/// <summary>A model did not answer. The message names the cause and the cure and holds no key.</summary>
public sealed class ModelException(ModelErrorKind kind, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>Why.</summary>
    public ModelErrorKind Kind { get; } = kind;

    /// <summary>The specification of the model, such as <c>anthropic:NAME</c>; empty when no model was called.</summary>
    public string Model { get; init; } = "";

    /// <summary>The HTTP status, or null when there was none.</summary>
    public int? Status { get; init; }

    /// <summary>How long the provider asks to wait, or null.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the same call can succeed a little later.</summary>
    public bool IsTransient => Kind is ModelErrorKind.RateLimited or ModelErrorKind.Overloaded or ModelErrorKind.Unavailable or ModelErrorKind.Timeout;

    /// <summary>Whether another model should be asked. A key or request that is wrong is reported instead, as a fallback would hide it.</summary>
    public bool CallsForFallback => IsTransient || Kind is ModelErrorKind.QuotaExhausted;

    /// <summary>What the provider said, or null when it said nothing.</summary>
    internal ProviderReason? Reason { get; init; }

    /// <summary>The most tokens that a request may have, as the words of an overflow name it; null when they do not.</summary>
    internal long? Limit => OverflowLimit.Find(Reason is { Message.Length: > 0 } reason ? reason.Message : Message);
}
