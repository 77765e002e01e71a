using System.Globalization;

namespace Drafthorse.Harness.Sandboxes.Limits;

/// <summary>Sizes as people write them: <c>512MiB</c>, <c>4GiB</c>, <c>1.5 GiB</c>.</summary>
internal static class ByteSize
{
    public const string Form = "a size such as 512MiB or 4GiB";

    private const long Mebi = 1L << 20, Gibi = 1L << 30;
    private const decimal Most = 64m * 1024 * Gibi;

    /// <summary>Bytes, at least one mebibyte and at most 64 TiB.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        var unit = text.EndsWith("MiB", StringComparison.OrdinalIgnoreCase) ? Mebi : text.EndsWith("GiB", StringComparison.OrdinalIgnoreCase) ? Gibi : 0;
        if (unit == 0 || !decimal.TryParse(text.AsSpan(0, text.Length - 3).TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count) || count > Most / unit || count * unit < Mebi)
            return false;
        bytes = (long)(count * unit);
        return true;
    }

    public static string Format(long bytes) => bytes >= Gibi
        ? string.Create(CultureInfo.InvariantCulture, $"{(double)bytes / Gibi:0.##} GiB")
        : string.Create(CultureInfo.InvariantCulture, $"{(double)bytes / Mebi:0.##} MiB");
}
