using System.Globalization;

namespace Drafthorse.Settings;

/// <summary>What the log of <c>serve</c> says, and how: the section <c>Logging</c> that .NET programs have.</summary>
internal sealed record LogOptions
{
    /// <summary>One line of text an entry.</summary>
    public const string Lines = "lines";

    /// <summary>One JSON object an entry.</summary>
    public const string Json = "json";

    /// <summary><see cref="Lines"/> or <see cref="Json"/>.</summary>
    public string Format { get; init; } = Lines;

    /// <summary>The time before each line, as a .NET format; null = none, as what collects the lines writes one. JSON always has it.</summary>
    public string? TimestampFormat { get; init; }

    /// <summary>Whether that time is UTC instead of this machine's.</summary>
    public bool IsUtc { get; init; }

    /// <summary>The section, by which levels are set; null = none.</summary>
    public IConfiguration? Section { get; init; }

    /// <summary>Reads them. Throws <see cref="SettingsException"/>.</summary>
    public static LogOptions Read(SettingsReader reader)
    {
        foreach (var section in (string[])["Logging:LogLevel", "Logging:Console:LogLevel"])
        {
            foreach (var level in reader.Section(section).GetChildren())
            {
                if (!Enum.TryParse<LogLevel>(level.Value, ignoreCase: true, out var known) || !Enum.IsDefined(known))
                    throw new SettingsException($"{level.Path} must be one of {string.Join(", ", Enum.GetNames<LogLevel>())}; it is '{level.Value}'.");
            }
        }

        var format = reader.OneOf("Logging:Console:FormatterName", Lines, Json) ?? Lines;
        return new LogOptions
        {
            Format = format,
            TimestampFormat = CheckedFormat(reader.Exactly("Logging:Console:FormatterOptions:TimestampFormat")),
            IsUtc = reader.OneOf("Logging:Console:FormatterOptions:UseUtcTimestamp", "true", "false") == "true",
            Section = reader.Section("Logging"),
        };
    }

    private static string? CheckedFormat(string? format)
    {
        try
        {
            _ = format is null ? "" : DateTimeOffset.UnixEpoch.ToString(format, CultureInfo.InvariantCulture);
            return string.IsNullOrWhiteSpace(format) ? null : format;
        }
        catch (FormatException exception)
        {
            throw new SettingsException($"Logging:Console:FormatterOptions:TimestampFormat is no format of a time: '{format}'. Such as: yyyy-MM-ddTHH:mm:ss.fffzzz", exception);
        }
    }
}
