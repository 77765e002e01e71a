using Drafthorse.Harness.Egress;
using Drafthorse.Sandbox.Files;
using Drafthorse.Sandbox.Search.Patterns;

namespace Drafthorse.Harness.Drafts.Settings;

/// <summary>What single values of the settings may be.</summary>
internal static class SettingsRules
{
    public static bool IsCommand(string text) => !string.IsNullOrWhiteSpace(text) && !text.Contains('\0', StringComparison.Ordinal);

    public static bool IsHost(string text) =>
        HostName.TryParse(text.StartsWith("*.", StringComparison.Ordinal) ? text[2..] : text, out var host) && host.Address is null;

    public static bool IsBranchPrefix(string text) => text.Length <= 60 && text.All(char.IsAscii) && BranchName.IsValid(text + "1");

    public static bool IsReviewer(string text)
    {
        var parts = text.Split('/');
        return text.Length <= 140 && parts.Length <= 2
            && parts.All(part => part.Length > 0 && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'));
    }

    public static bool IsLabel(string text) => text.Length <= 50 && !text.Any(char.IsControl) && !text.Contains(',', StringComparison.Ordinal);

    public static bool IsGlob(string text)
    {
        try
        {
            return text.Length <= 200 && !text.StartsWith('/') && !text.Split('/').Contains("..") && !text.Any(char.IsControl) && GlobPattern.Of(text).IsMatch("") is var _;
        }
        catch (FileException)
        {
            return false;
        }
    }

    public static bool IsModel(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && colon < text.Length - 1 && text.Length <= 200 && !text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c));
    }
}
