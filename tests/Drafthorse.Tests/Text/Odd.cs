using System.Text;
using Drafthorse.Harness.Text;

namespace Drafthorse.Tests.Text;

/// <summary>Text as nobody should write it, and how it must look when it is shown.</summary>
internal static class Odd
{
    private static readonly string[] Pieces =
    [
        "\e[2J", "\e]0;title\a", "\e]52;c;eA==\a", "\e]8;;http://evil.example\e\\", "\u009b31m", "\r", "\n", "\r\n", "\t", "\0", "\u007f", "\b", "\u202e", "\u2066", "\u200b", "\u200d", "\u200c",
        "\ufeff", "\ufe0f", "\U000E0041", "\U000E0101", "\ud800", "\udc00", "\udcff", "😀", "👩\u200D💻", "é", "中", "[red]", "</file>", "\u2028", "\\", "\"", "a", "word ", "- ", "+",
    ];

    public static string Text(Random random)
    {
        var text = new StringBuilder();
        for (var count = random.Next(1, 12); count > 0; count--)
        {
            if (random.Next(3) > 0)
                text.Append(Pieces[random.Next(Pieces.Length)]);
            else
                text.Append((char)random.Next(char.MaxValue + 1));
        }

        return text.ToString();
    }

    /// <summary>Nothing in it steers, hides or reorders; joiners and selectors only where they belong to a character.</summary>
    public static void AssertHarmless(string shown, bool keepsLines)
    {
        Assert.Equal(ForeignText.WellFormed(shown), shown);
        foreach (var rune in shown.EnumerateRunes())
        {
            var belongs = rune.Value is 0x200C or 0x200D or (>= 0xFE00 and <= 0xFE0F) || (keepsLines && rune.Value is '\n' or '\t');
            if (!belongs && ForeignText.IsHidden(rune))
                Assert.Fail($"U+{rune.Value:X4} is not shown in: {string.Join(' ', shown.Select(unit => $"{(int)unit:X4}"))}");
        }

        Assert.Equal(shown, keepsLines ? ForeignText.Visible(shown) : ForeignText.Line(shown));
    }
}
