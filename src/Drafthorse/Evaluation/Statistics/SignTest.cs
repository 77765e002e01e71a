namespace Drafthorse.Evaluation.Statistics;

/// <summary>The exact sign test of pairs, which for pairs of yes and no is McNemar's: how likely so uneven a split is when both are alike.</summary>
internal static class SignTest
{
    /// <summary>The two-sided p-value; 1 when no pair differs.</summary>
    /// <param name="first">Pairs in which the first was better.</param>
    /// <param name="second">Pairs in which the second was better.</param>
    public static double PValue(int first, int second)
    {
        var (count, fewer) = (first + second, Math.Min(first, second));
        if (count == 0)
            return 1;
        var (term, sum) = (count * Math.Log(0.5), 0.0);
        for (var index = 0; index <= fewer; index++)
        {
            sum += Math.Exp(term);
            term += Math.Log(count - index) - Math.Log(index + 1);
        }

        return Math.Min(1, 2 * sum);
    }
}
