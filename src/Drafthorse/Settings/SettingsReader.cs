using System.Globalization;

namespace Drafthorse.Settings;

/// <summary>
/// Reads settings from <c>appsettings.json</c> in <c>DRAFTHORSE_HOME</c> and the environment, which wins. Never from the working
/// directory: a repository that somebody cloned must not choose the model, its address or the sandbox. A name with colons is a
/// section (<c>Drafthorse:Budgets:ThreadUsd</c>, or <c>Drafthorse__Budgets__ThreadUsd</c>).
/// </summary>
internal sealed class SettingsReader(IConfiguration configuration)
{
    private readonly HashSet<string> _read = new(StringComparer.OrdinalIgnoreCase);

    public static SettingsReader Default()
    {
        var file = Path.Combine(HomeFolder.Find(Environment.GetEnvironmentVariable("DRAFTHORSE_HOME")), "appsettings.json");
        try
        {
            return new SettingsReader(new ConfigurationBuilder().AddJsonFile(file, optional: true, reloadOnChange: false).AddEnvironmentVariables().Build());
        }
        catch (InvalidDataException exception)
        {
            throw new SettingsException($"{exception.Message} {exception.InnerException?.Message}".Trim(), exception);
        }
    }

    public string? Text(string name)
    {
        _read.Add(name);
        return configuration[name]?.Trim() is { Length: > 0 } value ? value : null;
    }

    /// <summary>A setting with the spaces around it.</summary>
    public string? Exactly(string name) => configuration[name];

    /// <summary>A section as it is.</summary>
    public IConfigurationSection Section(string name) => configuration.GetSection(name);

    /// <summary>A setting of a section that nobody has read, and so is misspelt; null when there is none.</summary>
    public string? Unread(string section) => configuration.GetSection(section).AsEnumerable()
        .Where(entry => !string.IsNullOrEmpty(entry.Value))
        .Select(entry => entry.Key)
        .FirstOrDefault(key => !_read.Contains(key) && !_read.Any(read => key.StartsWith($"{read}:", StringComparison.OrdinalIgnoreCase)));

    public IReadOnlyList<string> Words(string name) =>
        Text(name)?.Split([' ', ',', ';', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        ?? configuration.GetSection(name).GetChildren().Select(child => child.Value).OfType<string>().ToArray();

    /// <summary>Values that may hold spaces: a line each, or a list.</summary>
    public IReadOnlyList<string> Lines(string name) =>
        Text(name)?.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        ?? configuration.GetSection(name).GetChildren().Select(child => child.Value).OfType<string>().ToArray();

    public decimal? Usd(string name, decimal? unset)
    {
        if (Text(name) is not { } text)
            return unset;
        if (text is "unlimited" or "none")
            return null;
        return decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new SettingsException($"{name} must be an amount in USD, such as 10 or 2.50, or 'unlimited'; it is '{text}'.");
    }

    public long? Tokens(string name, long unset)
    {
        if (Text(name) is not { } text)
            return unset;
        if (text is "unlimited" or "none")
            return null;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new SettingsException($"{name} must be a number of tokens, such as 10000000, or 'unlimited'; it is '{text}'.");
    }

    public int Number(string name, int unset, int least, int most)
    {
        if (Text(name) is not { } text)
            return unset;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw new SettingsException($"{name} must be a whole number from {least} to {most}; it is '{text}'.");
    }

    /// <summary>A number from 1 on, or <see cref="int.MaxValue"/> for 'unlimited'.</summary>
    public int Limit(string name, int unset) => Text(name) is "unlimited" or "none" ? int.MaxValue
        : Text(name) is not { } text ? unset
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= 1 ? value
        : throw new SettingsException($"{name} must be a whole number from 1 on, or 'unlimited'; it is '{text}'.");

    public string? OneOf(string name, params IReadOnlyList<string> values)
    {
        if (Text(name)?.ToLowerInvariant() is not { } text)
            return null;
        return values.Contains(text) ? text : throw new SettingsException($"{name} must be one of {string.Join(", ", values)}; it is '{text}'.");
    }
}
