using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models.Replies;

/// <summary>One try of a call of which at least a byte came: it is paid for, also when it broke off.</summary>
/// <param name="Model">The specification of the model; empty when it is not known.</param>
/// <param name="Reported">What the provider says it used, or null.</param>
/// <param name="ReceivedBytes">Bytes of UTF-8 in what came.</param>
internal sealed record ModelAttempt(string Model, UsageDetails? Reported, long ReceivedBytes);
