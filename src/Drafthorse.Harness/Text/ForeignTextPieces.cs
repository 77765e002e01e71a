using System.Text;

namespace Drafthorse.Harness.Text;

/// <summary>Text from outside that comes in pieces, each made visible as <see cref="ForeignText.Visible"/> does it. What a piece's end
/// leaves open waits for the next one.</summary>
internal sealed class ForeignTextPieces
{
    private readonly StringBuilder _shown = new();
    private string _open = "";
    private Rune _before;

    /// <summary>What can be shown now.</summary>
    public string Next(string piece)
    {
        var text = _open + piece;
        var end = text.Length;
        while (end > 0 && (char.IsHighSurrogate(text[end - 1]) || text[end - 1] is '\r' or '\u200C' or '\u200D') && text.Length - end < 2)
        {
            end--;
        }

        _open = text[end..];
        return Show(text.AsSpan(0, end));
    }

    /// <summary>What was left open, when there is no more.</summary>
    public string End()
    {
        var open = _open;
        _open = "";
        var shown = Show(open);
        _before = default;
        return shown;
    }

    private string Show(ReadOnlySpan<char> text)
    {
        _before = ForeignText.Append(_shown, text, _before, keepsLines: true);
        var shown = _shown.ToString();
        _shown.Clear();
        return shown;
    }
}
