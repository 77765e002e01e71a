using Drafthorse.Harness.Threads;

namespace Drafthorse.Channels;

/// <summary>What a channel makes of a delivery, before anything is written.</summary>
/// <param name="Outcome">How the sender is answered.</param>
/// <param name="Reason">Why, in words that a person who looks at the delivery understands.</param>
/// <param name="Request">What to write before answering; only with <see cref="WebhookOutcome.Accepted"/>.</param>
public sealed record WebhookVerdict(WebhookOutcome Outcome, string Reason, EnqueueRequest? Request = null);

/// <summary>How a delivery is answered.</summary>
public enum WebhookOutcome
{
    /// <summary>202: it is written first.</summary>
    Accepted,

    /// <summary>200: authentic, and nothing for us.</summary>
    Ignored,

    /// <summary>401: no signature, or a wrong one.</summary>
    Unauthorized,

    /// <summary>400: authentic, and not readable.</summary>
    Malformed,
}
