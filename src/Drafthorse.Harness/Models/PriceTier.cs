namespace Drafthorse.Harness.Models;

/// <summary>What a request costs that is longer than a bound.</summary>
/// <param name="InputAbove">The bound, in input tokens.</param>
/// <param name="InputFactor">What input costs above it, as a multiple.</param>
/// <param name="OutputFactor">What output costs above it, as a multiple.</param>
public sealed record PriceTier(int InputAbove, decimal InputFactor, decimal OutputFactor);
