using Drafthorse.Harness.Egress;
using Drafthorse.Harness.Egress.Trust;
using Drafthorse.Settings;

namespace Drafthorse.Composition;

/// <summary>What the settings say of the way out of sandboxes.</summary>
internal static class EgressParts
{
    /// <summary>The gate. Throws <see cref="SettingsException"/>.</summary>
    public static EgressGate NewGate(DrafthorseSettings settings, ILoggerFactory loggers)
    {
        var log = loggers.CreateLogger<EgressGate>();
        try
        {
            return new EgressGate(settings.Egress.ToSettings(settings.GitHub), audit => EgressLog.Write(log, audit));
        }
        catch (FormatException exception)
        {
            throw new SettingsException($"Drafthorse:Egress: {exception.Message}", exception);
        }
    }

    /// <summary>The certificates that sandboxes trust beside their own. Throws <see cref="SettingsException"/>.</summary>
    public static SandboxTrust ReadTrust(DrafthorseSettings settings)
    {
        try
        {
            return settings.Egress.ExtraCaFile is { } file ? SandboxTrust.Create(file) : SandboxTrust.None;
        }
        catch (FormatException exception)
        {
            throw new SettingsException($"Drafthorse:Egress:ExtraCaFile: {exception.Message}", exception);
        }
    }
}
