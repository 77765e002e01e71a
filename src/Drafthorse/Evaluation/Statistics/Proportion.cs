namespace Drafthorse.Evaluation.Statistics;

/// <summary>A share of tries, with what may be said of it.</summary>
/// <param name="Hits">Tries that succeeded.</param>
/// <param name="Tries">All tries.</param>
internal readonly record struct Proportion(int Hits, int Tries)
{
    /// <summary>The quantile of the normal distribution for 95 %.</summary>
    private const double Z = 1.959963984540054;

    /// <summary>The share; null when nothing was tried.</summary>
    public double? Rate => Tries == 0 ? null : (double)Hits / Tries;

    /// <summary>The 95 % confidence interval of Wilson (1927): right also near 0 and 1 and for few tries, where the usual one is not.</summary>
    public (double Low, double High) Interval
    {
        get
        {
            if (Tries == 0)
                return (0, 1);
            var (rate, square) = ((double)Hits / Tries, Z * Z);
            var center = (rate + square / (2 * Tries)) / (1 + square / Tries);
            var half = Z / (1 + square / Tries) * Math.Sqrt(rate * (1 - rate) / Tries + square / (4.0 * Tries * Tries));
            return (Hits == 0 ? 0 : center - half, Hits == Tries ? 1 : center + half);
        }
    }
}
