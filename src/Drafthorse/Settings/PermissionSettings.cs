using Drafthorse.Harness.Permissions;
using Drafthorse.Harness.Text;
using Drafthorse.Sandbox.Files;

namespace Drafthorse.Settings;

/// <summary>Which tool calls are made, asked about or refused: by the organization's settings, and by the workspace's file.</summary>
internal static class PermissionSettings
{
    public const string FileName = "permissions.yml";

    private const string Section = "Drafthorse:Permissions:";
    private const int MaxBytes = 64 * 1024;
    private const int MaxMistakes = 20;

    /// <summary>The organization's. Throws <see cref="SettingsException"/>.</summary>
    public static PermissionRules Read(SettingsReader reader)
    {
        try
        {
            return PermissionReader.Of(
                "the server's settings", reader.Lines($"{Section}Deny"), reader.Lines($"{Section}Ask"), reader.Lines($"{Section}Allow"), reader.OneOf($"{Section}Default", "allow", "ask", "deny"));
        }
        catch (FormatException exception)
        {
            throw new SettingsException($"{Section}*: {exception.Message}", exception);
        }
    }

    /// <summary>The workspace's; none where it has no file. Throws <see cref="SettingsException"/> with every mistake and its line.</summary>
    public static PermissionRules ReadWorkspace(string workspace)
    {
        var path = Path.Combine(workspace, FileName);
        if (!Path.Exists(path))
            return new PermissionRules { Source = FileName };
        var mistakes = new List<string>();
        try
        {
            var root = StrictYaml.Load(RegularFile.ReadText(path, MaxBytes), (line, message, inner) => new SettingsException($"{path}, line {Math.Max(1, line)}: {message}", inner));
            var rules = new PermissionReader((node, message) => mistakes.Add($"{path}, line {Math.Max(1, node.Start.Line)}: {message}")).Read(root, $"the workspace's {FileName}");
            return mistakes.Count == 0 ? rules : throw new SettingsException(string.Join('\n', mistakes.Take(MaxMistakes)));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"{path} cannot be read: {exception.Message}", exception);
        }
    }
}
