namespace Drafthorse.Harness.Permissions.Shell;

/// <summary>Texts with stars that stand for anything, the empty text too. Time is at most the product of both lengths.</summary>
internal static class Wildcard
{
    public static bool IsMatch(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        int at = 0, position = 0, starAt = -1, starPosition = 0;
        while (position < text.Length)
        {
            if (at < pattern.Length && pattern[at] == '*')
            {
                starAt = ++at;
                starPosition = position;
            }
            else if (at < pattern.Length && pattern[at] == text[position])
            {
                at++;
                position++;
            }
            else if (starAt >= 0)
            {
                at = starAt;
                position = ++starPosition;
            }
            else
            {
                return false;
            }
        }

        return pattern[at..].IndexOfAnyExcept('*') < 0;
    }
}
