using System.Globalization;
using Drafthorse.Evaluation.Statistics;

namespace Drafthorse.Evaluation.Reports;

/// <summary>Figures as people read them.</summary>
internal static class Figures
{
    public static string Percent(double? rate) => rate is { } value ? string.Create(CultureInfo.InvariantCulture, $"{value * 100:0.#} %") : "-";

    public static string Interval(Proportion proportion) => proportion.Tries == 0 ? "-"
        : string.Create(CultureInfo.InvariantCulture, $"{proportion.Interval.Low * 100:0.#} to {proportion.Interval.High * 100:0.#} %");

    public static string Cost(decimal? usd) => usd is { } value ? string.Create(CultureInfo.InvariantCulture, $"{value:0.00##} USD") : "unknown";

    public static string Count(long count) => count switch
    {
        < 10_000 => count.ToString(CultureInfo.InvariantCulture),
        < 10_000_000 => string.Create(CultureInfo.InvariantCulture, $"{count / 1000.0:0.#}k"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{count / 1_000_000.0:0.#}M"),
    };

    public static string Seconds(double seconds) => seconds < 100
        ? string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s")
        : string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0.0} min");

    public static string PerRepetition(long count, int repetitions) =>
        repetitions == 0 ? "-" : string.Create(CultureInfo.InvariantCulture, $"{(double)count / repetitions:0.#}");
}
