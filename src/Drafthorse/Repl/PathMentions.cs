using System.Text;
using System.Text.RegularExpressions;
using Drafthorse.Sandbox.Files;

namespace Drafthorse.Repl;

/// <summary>Files that a message names by <c>@path</c>: their text goes with it.</summary>
internal static partial class PathMentions
{
    private const int MaxBytes = 100_000;

    /// <summary>The message with the files' text behind it, and what is to be told about each.</summary>
    public static (string Text, IReadOnlyList<string> Told) Attach(string message, string directory)
    {
        var text = new StringBuilder(message);
        var told = new List<string>();
        foreach (var path in Mention().Matches(message).Select(match => match.Groups[1].Value.TrimEnd('.', ',', ';', ':', ')', '?', '!')).Distinct())
        {
            if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal))
                continue;
            var file = Path.Combine(directory, path);
            if (Directory.Exists(file))
                told.Add($"{path}: a folder; the agent looks into it by itself");
            else
                told.Add(Append(text, path, file));
        }

        return (text.ToString(), told);
    }

    /// <summary>What is said of the file.</summary>
    private static string Append(StringBuilder text, string path, string file)
    {
        try
        {
            using var opened = RegularFile.Open(file);
            if (opened.Length > MaxBytes)
                return $"{path}: {opened.Length:N0} bytes are too many to attach; the agent reads what it needs";
            var bytes = RegularFile.Read(file, MaxBytes);
            if (bytes.AsSpan().Contains((byte)0))
                return $"{path}: not text; only its name is sent";
            text.Append("\n\n<file path=\"").Append(path).Append("\">\n").Append(Encoding.UTF8.GetString(bytes).TrimEnd('\n')).Append("\n</file>");
            return $"{path}: {bytes.Length:N0} bytes attached";
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return $"{path}: there is no such file; the word is sent as it stands";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"{path}: {exception.Message} Nothing is attached.";
        }
    }

    // Not in the middle of a word, as in an e-mail address.
    [GeneratedRegex(@"(?<!\S)@([^\s@]+)")]
    private static partial Regex Mention();
}
