using System.Globalization;
using Drafthorse.Harness;
using Drafthorse.Harness.Sandboxes.Limits;

namespace Drafthorse.Settings;

/// <summary>How much of its machine one sandbox is planned with and may take; repositories may ask for less or more, up to the ceilings.</summary>
internal static class SandboxLimitSettings
{
    private const string Section = "Drafthorse:Sandbox:";
    private const int MostPids = 4_194_304;

    /// <summary>Reads them. Throws <see cref="SettingsException"/>.</summary>
    public static SandboxLimits Read(SettingsReader reader)
    {
        var usual = new SandboxLimits();
        var limits = new SandboxLimits
        {
            MemoryBytes = Size(reader, "Memory") ?? usual.MemoryBytes,
            MemoryCeilingBytes = Size(reader, "MemoryCeiling"),
            Cpus = Processors(reader, "Cpus") ?? usual.Cpus,
            CpuCeiling = Processors(reader, "CpusCeiling"),
            Pids = Count(reader, "Pids") ?? usual.Pids,
            PidsCeiling = Count(reader, "PidsCeiling"),
        };
        try
        {
            return limits.Check();
        }
        catch (ArgumentOutOfRangeException exception)
        {
            throw new SettingsException($"{Section}*: a ceiling is below what a sandbox is planned with, or a limit too small to live in: {exception.ParamName}.", exception);
        }
    }

    private static long? Size(SettingsReader reader, string name) => reader.Text(Section + name) is not { } text ? null
        : ByteSize.TryParse(text, out var bytes) ? bytes
        : throw new SettingsException($"{Section}{name} must be {ByteSize.Form}; it is '{text}'.");

    private static double? Processors(SettingsReader reader, string name) => reader.Text(Section + name) is not { } text ? null
        : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count) && count is >= 0.1 and <= 1024 ? count
        : throw new SettingsException($"{Section}{name} must be a number of processors such as 2 or 0.5; it is '{text}'.");

    private static int? Count(SettingsReader reader, string name) =>
        reader.Text(Section + name) is null ? null : reader.Number(Section + name, 0, 16, MostPids);
}
