namespace Drafthorse.Harness.Drafts.Settings;

/// <summary>One mistake in <c>.drafthorse.yml</c>.</summary>
/// <param name="Line">The line, from 1.</param>
/// <param name="Message">What is wrong, and what to write instead.</param>
internal sealed record SettingsMistake(int Line, string Message);

/// <summary>A repository's settings cannot be used. The message lists every mistake and is meant for the first reply.</summary>
internal sealed class RepositorySettingsException(IReadOnlyList<SettingsMistake> mistakes, Exception? innerException = null)
    : Exception(Describe(mistakes), innerException)
{
    /// <summary>The mistakes, by line.</summary>
    public IReadOnlyList<SettingsMistake> Mistakes { get; } = mistakes;

    private static string Describe(IReadOnlyList<SettingsMistake> mistakes) =>
        string.Join("\n", mistakes.Select(mistake => $"{RepositorySettings.FileName}, line {mistake.Line}: {mistake.Message}"));
}
