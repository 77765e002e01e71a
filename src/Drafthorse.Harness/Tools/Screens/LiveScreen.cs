using System.Text;

namespace Drafthorse.Harness.Tools.Screens;

/// <summary>Output as it comes, as plain text that is only added to: a line that is written over is shown again when it is done.</summary>
internal sealed class LiveScreen
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly ScreenParser _parser = new(new Screen(height: 1));
    private string _shown = "";

    /// <summary>Takes bytes and returns what is to be shown now; nothing when it is not told yet.</summary>
    public string Write(ReadOnlySpan<byte> bytes)
    {
        var characters = new char[Encoding.UTF8.GetMaxCharCount(bytes.Length)];
        _parser.Write(characters.AsSpan(0, _decoder.GetChars(bytes, characters, flush: false)));
        var news = new StringBuilder();
        if (_parser.Screen.TakeAbove() is { Length: > 0 } done)
        {
            news.Append(done.StartsWith(_shown, StringComparison.Ordinal) ? done[_shown.Length..] : "\n" + done);
            _shown = "";
        }

        var current = _parser.Screen.Current;
        if (current.StartsWith(_shown, StringComparison.Ordinal))
        {
            news.Append(current, _shown.Length, current.Length - _shown.Length);
            _shown = current;
        }

        return news.ToString();
    }
}
