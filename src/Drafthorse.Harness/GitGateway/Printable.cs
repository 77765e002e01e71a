using System.Text;
using Drafthorse.Harness.Text;

namespace Drafthorse.Harness.GitGateway;

/// <summary>Text of a peer made fit for messages: no control or other hidden characters, bounded.</summary>
internal static class Printable
{
    public static string Line(string text, int maxLength) => Clean(text, maxLength, keepLines: false);

    public static string Lines(string text, int maxLength) => Clean(text.Trim(), maxLength, keepLines: true);

    private static string Clean(string text, int maxLength, bool keepLines)
    {
        var clean = new StringBuilder(Math.Min(text.Length, maxLength));
        foreach (var rune in text.EnumerateRunes())
        {
            if (clean.Length >= maxLength)
            {
                clean.Append('…');
                break;
            }

            if (keepLines && rune.Value == '\n')
                clean.Append('\n');
            else if (!ForeignText.IsHidden(rune))
                clean.Append(rune);
            else if (rune.Value != '\r')
                clean.Append(' ');
        }

        return clean.ToString();
    }
}
