using System.Globalization;

namespace Drafthorse.Terminal.Output;

/// <summary>What work cost, in words.</summary>
internal static class CostWords
{
    /// <summary>An amount with what it is limited to, or that it is not known.</summary>
    public static string Of(decimal? usd, string limit = "") => usd is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known:0.0000}{limit} USD") : "cost unknown";
}
