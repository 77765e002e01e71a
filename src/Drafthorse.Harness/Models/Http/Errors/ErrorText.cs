using System.Text;
using Drafthorse.Harness.Text;

namespace Drafthorse.Harness.Models.Http.Errors;

/// <summary>Providers' words as a message quotes them: one line, bounded, nothing that a terminal obeys.</summary>
internal static class ErrorText
{
    private const int Most = 500;

    public static string Shorten(string text, int most = Most)
    {
        var line = new StringBuilder(Math.Min(text.Length, most) + 3);
        foreach (var character in text)
        {
            var shown = char.IsWhiteSpace(character) ? ' ' : character;
            if (shown == ' ' && (line.Length == 0 || line[^1] == ' '))
            {
                continue;
            }

            if (line.Length == most)
            {
                line.Append("...");
                break;
            }

            line.Append(shown);
        }

        return ForeignText.Line(line.ToString().TrimEnd());
    }

    /// <summary>Several messages as one; what says no more than another one is left out.</summary>
    public static string Join(IReadOnlyList<string> messages)
    {
        var kept = new List<string>();
        foreach (var message in messages.Take(12).Select(text => Shorten(text)).Where(text => text.Length > 0))
        {
            if (!kept.Exists(known => known.Contains(message, StringComparison.OrdinalIgnoreCase)))
            {
                kept.RemoveAll(known => message.Contains(known, StringComparison.OrdinalIgnoreCase));
                kept.Add(message);
            }
        }

        return Shorten(string.Join(": ", kept), 2 * Most);
    }
}
